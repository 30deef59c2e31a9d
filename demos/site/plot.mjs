// A plot as SVG: axes with ticks, lines, and handles that mouse, finger and keys move.
import { short } from "./numbers.mjs";
import { clamped, grain, placed, snapped, ticks } from "./scale.mjs";

const SPACE = "http://www.w3.org/2000/svg";
const LEFT = 46; // of the frame, for the ticks' numbers
const BELOW = 34;
const AROUND = 14;

export function drawn(tag, attributes = {}, ...inside) {
  const made = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

let plots = 0;

// A plot with its axes: across and up are the ends of what it shows, names those of its axes.
// Without a height, both axes have the same scale, so that a circle is round.
export function plotOf({ across, up, names, width, height: asked, label }) {
  const alike = (width - LEFT - AROUND) * (up[1] - up[0]) / (across[1] - across[0]);
  const height = asked ?? Math.round(alike) + AROUND + 10 + BELOW;
  const frame = { left: LEFT, right: width - AROUND, top: AROUND + 10, bottom: height - BELOW };
  const id = `inside-${plots++}`;
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, class: "plot", role: "group", "aria-label": label });
  const clip = drawn("clipPath", { id }, drawn("rect", {
    x: frame.left, y: frame.top, width: frame.right - frame.left, height: frame.bottom - frame.top,
  }));
  const inside = drawn("g", { "clip-path": `url(#${id})` });
  const plot = { svg, inside, across, up, frame,
    x: (number) => placed(number, across, [frame.left, frame.right]),
    y: (number) => placed(number, up, [frame.bottom, frame.top]) };
  svg.append(clip, axesOf(plot, names), inside);
  return plot;
}

function axesOf(plot, [nameAcross, nameUp]) {
  const { frame, across, up } = plot;
  const axes = drawn("g", { class: "axes", "aria-hidden": "true" });
  for (const tick of ticks(across)) {
    const x = plot.x(tick);
    axes.append(drawn("line", { x1: x, x2: x, y1: frame.top, y2: frame.bottom, class: tick === 0 ? "zero" : "grid" }),
      drawn("text", { x, y: frame.bottom + 16, "text-anchor": "middle" }, short(tick)));
  }
  for (const tick of ticks(up)) {
    const y = plot.y(tick);
    axes.append(drawn("line", { x1: frame.left, x2: frame.right, y1: y, y2: y, class: tick === 0 ? "zero" : "grid" }),
      drawn("text", { x: frame.left - 6, y: y + 4, "text-anchor": "end" }, short(tick)));
  }
  axes.append(drawn("text", { x: frame.right, y: frame.bottom + 31, "text-anchor": "end", class: "name" }, nameAcross),
    drawn("text", { x: 6, y: frame.top - 8, class: "name" }, nameUp));
  return axes;
}

// The points of a line, as an SVG path has them; far outside they are held, so that none is lost.
export function pathOf(plot, points) {
  const limit = 1e4;
  return points.map(([x, y], k) =>
    `${k ? "L" : "M"}${held(plot.x(x), limit)},${held(plot.y(y), limit)}`).join("");
}

function held(number, limit) {
  return clamped(Number.isFinite(number) ? number : 0, [-limit, limit]).toFixed(2);
}

export function line(plot, className) {
  const made = drawn("path", { class: className, fill: "none" });
  plot.inside.append(made);
  return made;
}

export function dot(plot, className, radius = 4) {
  const made = drawn("circle", { class: className, r: radius });
  plot.inside.append(made);
  return made;
}

export function setDot(plot, made, [x, y]) {
  made.setAttribute("cx", held(plot.x(x), 1e4));
  made.setAttribute("cy", held(plot.y(y), 1e4));
}

// A handle: what mouse, finger and keys move. `move` is given where to, as [x, y]; `here` says
// where it is now. Of a handle on a curve only x counts.
export function handle(plot, { className, letter, here, move, flat = false }) {
  const made = drawn("g", { class: `handle ${className}`, tabindex: "0", role: "slider" },
    drawn("circle", { r: 20, class: "reach" }), drawn("circle", { r: 9, class: "ball" }));
  if (letter) made.append(drawn("text", { x: -8, y: -14, "text-anchor": "end", class: "letter" }, letter));
  plot.svg.append(made);
  let grabbed = null; // how far from the middle of the handle it was taken
  made.addEventListener("pointerdown", (event) => {
    const [x, y] = spot(plot, event);
    const [atX, atY] = here();
    grabbed = [atX - x, atY - y];
    made.setPointerCapture(event.pointerId);
    made.focus();
    event.preventDefault();
  });
  made.addEventListener("pointermove", (event) => {
    if (!grabbed) return;
    const [x, y] = spot(plot, event);
    move([snapped(x + grabbed[0], plot.across), snapped(y + grabbed[1], plot.up)]);
  });
  for (const end of ["pointerup", "pointercancel"]) made.addEventListener(end, () => { grabbed = null; });
  made.addEventListener("keydown", (event) => {
    const to = pressed(plot, event, here(), flat);
    if (!to) return;
    event.preventDefault();
    move(to);
  });
  return made;
}

// Where a pointer is, in the numbers of the axes.
function spot(plot, event) {
  const matrix = plot.svg.getScreenCTM().inverse();
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  const { frame } = plot;
  return [placed(x, [frame.left, frame.right], plot.across), placed(y, [frame.bottom, frame.top], plot.up)];
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const PAGES = { PageUp: 5, PageDown: -5 };

// Where a key moves a point to; undefined for a key that moves nothing. On a curve, up is right.
function pressed(plot, event, [x, y], flat) {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
  const coarse = event.shiftKey ? 1 : 10;
  const far = (range, steps) => steps * coarse * grain(range);
  if (flat && event.key === "Home") return [plot.across[0], y];
  if (flat && event.key === "End") return [plot.across[1], y];
  let [right, above] = ARROWS[event.key] ?? [0, 0];
  if (flat) [right, above] = [right + above + (PAGES[event.key] ?? 0), 0];
  if (!right && !above) return undefined;
  return [snapped(x + far(plot.across, right), plot.across),
    above ? snapped(y + far(plot.up, above), plot.up) : y];
}

// What a screen reader says of a handle: its name, and in words where it is.
export function setHandle(plot, made, [x, y], label, told, range = plot.across, now = x) {
  made.setAttribute("transform", `translate(${held(plot.x(x), 1e4)} ${held(plot.y(y), 1e4)})`);
  made.setAttribute("aria-label", label);
  made.setAttribute("aria-valuemin", range[0]);
  made.setAttribute("aria-valuemax", range[1]);
  made.setAttribute("aria-valuenow", now);
  made.setAttribute("aria-valuetext", told);
}
