// Places, ticks, contours and descents: numbers alone, which plain Node can test.

// Where a number stands between two ends, as far as the same part of two other ends.
export function placed(number, [low, high], [start, end]) {
  return start + (end - start) * (number - low) / (high - low);
}

export function clamped(number, [low, high]) {
  return Math.min(Math.max(number, low), high);
}

// The step in which a point moves: a power of ten, about a two-hundredth of its range.
export function grain([low, high]) {
  return 10 ** Math.floor(Math.log10((high - low) / 200));
}

// The nearest number that a point can have, its decimals without the noise of rounding.
export function snapped(number, range) {
  const digits = Math.max(0, -Math.round(Math.log10(grain(range))));
  return Number(clamped(number, range).toFixed(digits)) + 0;
}

// Round numbers in a range, about five of them.
export function ticks([low, high]) {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((size) => size >= rough * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) {
    found.push(Number((k * step).toPrecision(12)) + 0);
  }
  return found;
}

// So many numbers from low to high, both included.
export function spread([low, high], count) {
  return Array.from({ length: count }, (_, k) => low + (high - low) * k / (count - 1));
}

// The lines along which heights[row][column] above (xs[column], ys[row]) equal a level.
export function contour(heights, xs, ys, level) {
  const lines = [];
  for (let row = 0; row + 1 < ys.length; row++) {
    for (let column = 0; column + 1 < xs.length; column++) {
      const corners = [[0, 0], [0, 1], [1, 1], [1, 0]].map(([down, right]) =>
        [xs[column + right], ys[row + down], heights[row + down][column + right] - level]);
      const crossed = corners.flatMap((corner, k) => crossing(corner, corners[(k + 1) % 4]));
      for (let k = 0; k + 1 < crossed.length; k += 2) lines.push([crossed[k], crossed[k + 1]]);
    }
  }
  return lines;
}

function crossing([x1, y1, above1], [x2, y2, above2]) {
  if ((above1 >= 0) === (above2 >= 0)) return [];
  const part = above1 / (above1 - above2);
  return [[x1 + part * (x2 - x1), y1 + part * (y2 - y1)]];
}

// How a ball rolls: after each step where it is, until it rests or has flown off.
//
// next     from a place to the place after a step
// size     of the landscape; a step much smaller is rest, a place much farther is off
export function stepped(next, place, size) {
  const to = next(place);
  if (!to.every(Number.isFinite) || Math.hypot(...to) > 50 * size) return { end: "flies" };
  const moved = Math.hypot(to[0] - place[0], to[1] - place[1]);
  return { to, end: moved < 1e-5 * size ? "rests" : "" };
}
