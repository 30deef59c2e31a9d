// The edges of a picture: which are reached, which is lit, how much each carries back.
import { isBackward } from "./state.mjs";
import { widthsOf } from "./ways.mjs";

export function showEdges(here, picture, reached, lit) {
  const edges = new Map([...picture.edges.values()].map((shape) => [shape, "edge"]));
  for (const [edge, shape] of picture.edges) {
    if (reached.edges.has(edge)) edges.set(shape, "edge reached");
  }
  for (const edge of lit.edges) {
    const shape = picture.edges.get(edge);
    if (shape) edges.set(shape, `${edges.get(shape)} now${here.asked ? " asked" : ""}`);
  }
  const back = isBackward(here.line, here.position);
  const widths = back ? widthsOf(here.data, here.numbers) : {};
  for (const [edge, shape] of picture.edges) {
    const path = shape.querySelector("path");
    const carries = back && reached.edges.has(edge);
    if (path) path.style.strokeWidth = carries ? `${widths[edge].toFixed(1)}px` : "";
    if (carries && picture.colours[edge] >= 0) edges.set(shape, `${edges.get(shape)} way${picture.colours[edge]}`);
  }
  for (const [shape, className] of edges) shape.setAttribute("class", className);
}
