// How large the picture stands in its frame, and what of it is seen: geometry alone.

export const LARGEST_FITTED = 2; // times the size it was drawn in: text beside it is no smaller
const SMALLEST = 0.05;
const LARGEST = 6;
const MARGIN = 24; // px in the frame around the picture
const STEP = 1.25;

// The size at which a whole picture is seen; 0 for a frame without room (not laid out, hidden).
export function fitted(picture, room) {
  if (room.width <= MARGIN || room.height <= MARGIN || !picture.width || !picture.height) return 0;
  const size = Math.min((room.width - MARGIN) / picture.width, (room.height - MARGIN) / picture.height);
  return Math.min(LARGEST_FITTED, size);
}

export function zoomed(size, factor) {
  return Math.min(LARGEST, Math.max(SMALLEST, size * factor));
}

// How much larger a turn of the wheel makes the picture; down is smaller. A notch of a mouse is
// 100 or so, a trackpad sends many small ones; a line (mode 1) counts like 20, a page like 400.
export function wheelFactor(delta, mode = 0) {
  const pixels = delta * [1, 20, 400][mode];
  return STEP ** (-Math.max(-300, Math.min(300, pixels)) / 100);
}

// How much larger a key makes the picture: undefined for a key that does not, 0 for "fit".
export function keyFactor(key) {
  return { "+": STEP, "=": STEP, "-": 1 / STEP, "0": 0 }[key];
}

// How far a frame must scroll so that an item in it is seen, in its middle: {} if it is seen.
// `head` px at its top are covered.
export function scrollToSee(frame, item, head = 0) {
  const move = {};
  if (!item.width || !frame.height) return move;
  if (item.top < frame.top + head || item.bottom > frame.bottom) {
    move.top = (item.top + item.bottom - frame.top - frame.bottom) / 2;
  }
  if (item.left < frame.left || item.right > frame.right) {
    move.left = (item.left + item.right - frame.left - frame.right) / 2;
  }
  return move;
}

// The corners of an arrowhead of a line that ends in `tip` and comes from `from`.
export function arrowhead(tip, from, length = 10, width = 8) {
  const far = Math.hypot(tip.x - from.x, tip.y - from.y) || 1;
  const along = { x: (tip.x - from.x) / far, y: (tip.y - from.y) / far };
  const base = { x: tip.x - length * along.x, y: tip.y - length * along.y };
  const side = { x: -along.y * width / 2, y: along.x * width / 2 };
  const corners = [tip, { x: base.x + side.x, y: base.y + side.y }, { x: base.x - side.x, y: base.y - side.y }];
  return corners.map(({ x, y }) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ");
}
