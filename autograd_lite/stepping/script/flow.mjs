// Numbers move along the edges: values forward, what the chain rule passes on backward.
import { short } from "./numbers.mjs";
import { edgeOf, edgeOfStep, isBackward, stepAt } from "./state.mjs";

const SVG_NAMES = "http://www.w3.org/2000/svg";
const LASTS = 650; // ms

// Let the numbers of the present step move, unless the reader wants it calm.
export function flow(here, picture, wait) {
  for (const token of picture.svg.querySelectorAll(".token")) token.remove();
  if (here.calm.matches || here.asked || here.numbers.failed) return;
  const step = stepAt(here.data, here.line, here.position);
  if (step === null) return;
  const lasts = Math.min(LASTS, wait * 0.8);
  if (isBackward(here.line, here.position)) {
    const product = here.numbers.products[here.position - here.line.forward - 1];
    launch(picture, edgeOfStep(step), product, true, lasts);
  } else {
    step.parents.forEach((parent, place) =>
      launch(picture, edgeOf(step.node, place), here.numbers.values[parent], false, lasts));
  }
}

function launch(picture, edge, number, back, lasts) {
  const shape = picture.edges.get(edge);
  const path = shape?.querySelector("path");
  if (!path) return;
  const length = path.getTotalLength();
  const token = document.createElementNS(SVG_NAMES, "text");
  token.setAttribute("class", back ? "token back" : "token");
  token.textContent = short(number);
  shape.append(token);
  const begun = performance.now();
  function move(now) {
    const part = Math.min(1, Math.max(0, (now - begun) / lasts));
    if (part === 1 || !token.isConnected) {
      token.remove();
      return;
    }
    const { x, y } = path.getPointAtLength(length * (back ? 1 - part : part));
    token.setAttribute("x", x);
    token.setAttribute("y", y - 4);
    requestAnimationFrame(move);
  }
  move(begun);
}
