// A curve with a point on it and its tangent; with a second point, the secant through both.
import { short } from "./numbers.mjs";
import { dot, handle, line, pathOf, plotOf, setDot, setHandle } from "./plot.mjs";
import { snapped, spread } from "./scale.mjs";
import { element } from "./typeset.mjs";

const POINTS = 241; // of the curve

// Draw the figure into its stage; returns { show, state } for whoever changes the language or asks.
export function curveFigure(stage, figure, compute, word) {
  const { names, across, up, secant } = figure;
  const two = secant !== null;
  const here = { x: figure.at, dx: secant };
  const plot = plotOf({ across, up, names, width: 480, height: 340, label: `${names[1]}` });
  const value = (x) => compute(x, 1)[0];
  line(plot, "curve").setAttribute("d", pathOf(plot, spread(across, POINTS).map((x) => [x, value(x)])));
  const tangent = line(plot, two ? "tangent dashed" : "tangent");
  const through = two ? line(plot, "secant") : null;
  const corner = two ? line(plot, "corner") : null;
  const words = element("p", undefined, "how");
  const told = element("p", undefined, "told");

  const numbers = () => {
    const [y, slope] = compute(here.x, here.dx || 1);
    if (!two || here.dx === 0) return { ...here, y, slope, beyond: y, mean: NaN };
    const [, , beyond, mean] = compute(here.x, here.dx);
    return { ...here, y, slope, beyond, mean };
  };
  const moveP = ([x]) => {
    here.x = two ? snapped(x, [across[0], across[1]]) : x;
    show();
  };
  const moveQ = ([x]) => {
    here.dx = snapped(x - here.x, [across[0] - here.x, across[1] - here.x]);
    show();
  };
  const p = handle(plot, { className: "p", letter: two ? "P" : "", flat: true, here: () => [here.x, value(here.x)], move: moveP });
  const q = two && handle(plot, { className: "q", letter: "Q", flat: true, here: () => [here.x + here.dx, value(here.x + here.dx)], move: moveQ });

  function show() {
    const now = numbers();
    const straight = (slope) => pathOf(plot, across.map((x) => [x, now.y + slope * (x - now.x)]));
    tangent.setAttribute("d", straight(now.slope));
    const places = { x: names[0], f: names[1], at: short(now.x), value: short(now.y), slope: short(now.slope) };
    const known = { ...places, dx: short(now.dx), mean: short(now.mean), beyond: short(now.beyond) };
    const key = !two ? "told curve" : now.dx === 0 ? "told same" : "told secant";
    const sentence = word(key, known);
    if (two) {
      through.setAttribute("d", now.dx === 0 ? "" : straight(now.mean));
      corner.setAttribute("d", pathOf(plot, [[now.x, now.y], [now.x + now.dx, now.y], [now.x + now.dx, now.beyond]]));
      setHandle(plot, q, [now.x + now.dx, now.beyond], word("second point"), sentence);
    }
    setHandle(plot, p, [now.x, now.y], word(two ? "first point" : "point"), sentence);
    told.textContent = sentence;
    words.textContent = word(two ? "how secant" : "how curve");
  }

  stage.replaceChildren(words, plot.svg, told);
  show();
  return { show, numbers };
}
