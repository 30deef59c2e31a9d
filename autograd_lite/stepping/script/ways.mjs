// What flows where: how much an edge carries, and which paths are still apart.
import { edgeOfStep } from "./state.mjs";

const MOST_STEPS = 60; // of more, colours tell nothing
const COLOURS = 4;
const WIDEST = 4; // px

// A colour for each edge of the backward pass: where a node passes its gradient on along several
// edges, each way keeps a colour of its own until ways meet. {} for a large graph.
export function coloursOf(data) {
  const colours = {};
  if (data.steps.length > MOST_STEPS) return colours;
  const leaving = data.nodes.map(() => 0);
  for (const { child } of data.steps) leaving[child]++;
  const colourOf = new Map(); // node -> the colour of what has arrived, -1 where ways met
  let next = 0;
  for (const step of data.steps) {
    const come = colourOf.get(step.child) ?? -1;
    const colour = leaving[step.child] > 1 ? next++ % COLOURS : come;
    colours[edgeOfStep(step)] = colour;
    const other = colourOf.get(step.parent);
    colourOf.set(step.parent, other === undefined || other === colour ? colour : -1);
  }
  return colours;
}

// How wide each edge is drawn, by what it carries back: 1 to WIDEST px.
export function widthsOf(data, numbers) {
  const sizes = numbers.products.map((product) => (Number.isFinite(product) ? Math.abs(product) : 0));
  const largest = Math.max(...sizes, Number.MIN_VALUE);
  return Object.fromEntries(data.steps.map((step, k) =>
    [edgeOfStep(step), 1 + (WIDEST - 1) * Math.sqrt(sizes[k] / largest)]));
}
