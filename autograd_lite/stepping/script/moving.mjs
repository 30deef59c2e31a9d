// Moving along the timeline: where keys and addresses lead.

const SLOWEST = 1400; // ms a step at speed 1

export function within(line, position) {
  return Math.min(Math.max(position, 0), line.total);
}

export function millisecondsAt(speed) {
  return SLOWEST / speed;
}

// Where a key leads from a position; undefined for a key that does not move.
export function keyLeads(line, position, key) {
  if (key === "ArrowRight") return within(line, position + 1);
  if (key === "ArrowLeft") return within(line, position - 1);
  if (key === "Home") return 0;
  if (key === "End") return line.total;
  return undefined;
}

// The address of a position: #forward=2, #step=12. Where the passes meet it has two; then it
// stays one of a step if it was one.
export function addressOf(line, position, before = "") {
  const stays = position === line.forward && before.startsWith("#step");
  if (position > line.forward || stays) return `#step=${position - line.forward}`;
  return `#forward=${position}`;
}

// The position that an address names, at most the last; undefined if it names none.
export function positionAt(line, address) {
  const found = /^#(step|forward)=(\d{1,9})$/.exec(address);
  if (!found) return undefined;
  const number = Number(found[2]);
  if (found[1] === "forward") return Math.min(number, line.forward);
  return line.forward + Math.min(number, line.backward);
}
