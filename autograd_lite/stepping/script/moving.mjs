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

// The address of a position: #forward=2, #step=12, and behind it pairs of what else is to be kept.
// Where the passes meet there are two; then it stays one of a step if it was one.
export function addressOf(line, position, before = "", pairs = []) {
  const stays = position === line.forward && before.startsWith("#step");
  const place = position > line.forward || stays
    ? ["step", String(position - line.forward)] : ["forward", String(position)];
  return `#${new URLSearchParams([place, ...pairs])}`;
}

// The pairs that an address has: [["step", "12"], ...].
export function pairsOf(address) {
  return [...new URLSearchParams(address.slice(1))];
}

// The position that an address names, at most the last; undefined if it names none.
export function positionAt(line, address) {
  const found = pairsOf(address).find(([name, told]) => /^(step|forward)$/.test(name) && /^\d{1,9}$/.test(told));
  if (!found) return undefined;
  const number = Number(found[1]);
  if (found[0] === "forward") return Math.min(number, line.forward);
  return line.forward + Math.min(number, line.backward);
}
