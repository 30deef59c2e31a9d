// A landscape as a map with contours: a point with two slices through it, or a ball that rolls.
import { short, typed } from "./numbers.mjs";
import { drawn, handle, line, pathOf, plotOf, setHandle } from "./plot.mjs";
import { contour, spread, stepped } from "./scale.mjs";
import { button, element } from "./typeset.mjs";

const GRID = 61; // heights are computed on so many times so many places
const BREATH = 220; // ms between two steps of the ball
const MOST = 400; // steps

export function surfaceFigure(stage, figure, compute, word) {
  const { names: [x, y, z], across, up } = figure;
  const here = { at: [...figure.at], rate: figure.rate ?? 0, path: [[...figure.at]], end: "", timer: 0 };
  const numbers = () => {
    const [value, slopes, next] = compute(...here.at, here.rate);
    return { at: here.at, value, slopes, next, rate: here.rate, steps: here.path.length - 1, end: here.end };
  };
  const plot = plotOf({ across, up, names: [x, y], width: 480, label: z });
  const heights = drawContours(plot, figure, compute);
  const parts = figure.slices ? slicesOf(figure, compute, heights) : ballOf();
  const point = handle(plot, { className: "p", here: () => here.at, move: put });
  const how = element("p", undefined, "how");
  const told = element("p", undefined, "told");
  const verdict = element("p", undefined, "verdict");
  verdict.setAttribute("role", "status");

  // The point is put somewhere, and whatever the ball did is over.
  function put(at) {
    halt();
    Object.assign(here, { at, path: [at], end: "" });
    show();
  }

  function halt() {
    clearTimeout(here.timer);
    here.timer = 0;
  }

  function step() {
    if (here.rate) stepOn();
    else here.end = "no rate";
    if (here.end) halt();
  }

  function stepOn() {
    const size = Math.max(across[1] - across[0], up[1] - up[0]);
    const { to, end } = stepped((at) => compute(...at, here.rate)[2], here.at, size);
    here.end = end || (here.path.length >= MOST ? "enough" : "");
    if (to) {
      here.at = to;
      here.path.push(to);
    }
  }

  function roll() {
    if (here.timer) {
      halt();
    } else {
      here.end = "";
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) while (!here.end) step();
      else here.timer = setTimeout(rollOn, BREATH);
    }
    show();
  }

  function rollOn() {
    step();
    if (!here.end) here.timer = setTimeout(rollOn, BREATH);
    show();
  }

  // What belongs to a ball: its way so far, the next step as an arrow, buttons, the rate.
  function ballOf() {
    const way = line(plot, "way");
    const ahead = line(plot, "ahead");
    const dots = drawn("g", { class: "dots" });
    plot.inside.append(dots);
    const one = button([], () => { halt(); here.end = ""; step(); show(); });
    const go = button([], roll, "go");
    const again = button([], () => put([...figure.at]));
    const asked = element("label");
    const rate = element("input");
    Object.assign(rate, { type: "number", min: "0", max: "2", step: "0.05", value: String(here.rate) });
    rate.addEventListener("input", () => {
      const number = typed(rate.value);
      here.end = "";
      here.rate = number > 0 ? number : 0; // 0 is none: nothing moves until one is written
      show();
    });
    const controls = element("div", undefined, "controls");
    const name = element("span");
    asked.append(name, " ", rate);
    controls.append(go, one, again, asked);
    return { below: [controls], show(now) {
      way.setAttribute("d", pathOf(plot, here.path));
      ahead.setAttribute("d", pathOf(plot, [now.at, now.next]));
      dots.replaceChildren(...here.path.slice(0, -1).map(([atX, atY]) =>
        drawn("circle", { cx: plot.x(atX).toFixed(2), cy: plot.y(atY).toFixed(2), r: 2.5 })));
      one.textContent = word("step");
      go.textContent = word(here.timer ? "pause" : "roll");
      again.textContent = word("again");
      name.textContent = word("rate");
    } };
  }

  // The two slices: f along x with y held, f along y with x held, each with its slope.
  function slicesOf({ levels }, f, found) {
    const all = found.flat();
    const range = [Math.min(...all, ...levels), Math.max(...all, ...levels)];
    const lines = [line(plot, "slice along-x"), line(plot, "slice along-y")];
    const kinds = [[across, x, "along-x"], [up, y, "along-y"]];
    const small = kinds.map(([ends, name, className]) => {
      const one = plotOf({ across: ends, up: range, names: [name, z], width: 320, height: 230, label: `${z}, ${name}` });
      const [tangent, curve] = [line(one, "tangent"), line(one, `slice ${className}`)]; // a straight slice hides it
      const mark = drawn("circle", { r: 5, class: "mark" });
      one.svg.append(mark);
      return { one, curve, tangent, mark, ends };
    });
    const beside = element("div", undefined, "slices");
    beside.append(...small.map(({ one }) => one.svg));
    return { beside, below: [], show(now) {
      lines[0].setAttribute("d", pathOf(plot, across.map((end) => [end, now.at[1]])));
      lines[1].setAttribute("d", pathOf(plot, up.map((end) => [now.at[0], end])));
      small.forEach(({ one, curve, tangent, mark, ends }, k) => {
        const at = (number) => f(...now.at.map((held, i) => (i === k ? number : held)), 0)[0];
        curve.setAttribute("d", pathOf(one, spread(ends, 81).map((number) => [number, at(number)])));
        tangent.setAttribute("d", pathOf(one, ends.map((end) => [end, now.value + now.slopes[k] * (end - now.at[k])])));
        mark.setAttribute("cx", one.x(now.at[k]));
        mark.setAttribute("cy", one.y(now.value));
      });
    } };
  }

  function show() {
    const now = numbers();
    const places = { x, y, z, atX: short(now.at[0]), atY: short(now.at[1]), value: short(now.value),
      slopeX: short(now.slopes[0]), slopeY: short(now.slopes[1]), steps: now.steps };
    const sentence = word(figure.slices ? "told slices" : "told ball", places);
    parts.show(now);
    setHandle(plot, point, now.at, word(figure.slices ? "point" : "ball"), sentence);
    how.textContent = word(figure.slices ? "how slices" : "how ball");
    told.textContent = sentence.replaceAll("/", "/\u2060"); // no line is broken within ∂z/∂x
    verdict.textContent = here.end ? word(here.end, places) : "";
  }

  const maps = element("div", undefined, "maps");
  maps.append(plot.svg, ...(parts.beside ? [parts.beside] : []));
  stage.replaceChildren(how, maps, told, ...parts.below, ...(figure.slices ? [] : [verdict]));
  show();
  return { show, numbers, step: () => { step(); show(); }, roll };
}

function drawContours(plot, { across, up, levels }, compute) {
  const [xs, ys] = [spread(across, GRID), spread(up, GRID)];
  const heights = ys.map((atY) => xs.map((atX) => compute(atX, atY, 0)[0]));
  for (const level of levels) {
    const pieces = contour(heights, xs, ys, level).map((ends) => pathOf(plot, ends));
    line(plot, level === 0 ? "contour level" : "contour").setAttribute("d", pieces.join(""));
  }
  return heights;
}
