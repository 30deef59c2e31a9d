// Finding a step: the next node or unit, what arrives at a node, a number of a kind; both ways.
import { isBackward, isLost, receiverAt, stepAt } from "./state.mjs";

// What can be looked for: whether the step that leads to a position is one.
const SEARCHES = {
  "next node": (data, line, numbers, position) => nodeAt(data, line, position) !== nodeAt(data, line, position - 1),
  "next unit": (data, line, numbers, position) => unitAt(data, line, position) !== unitAt(data, line, position - 1),
  "arrives here": (data, line, numbers, position, chosen) => receiverAt(data, line, position) === chosen,
  "below zero": (data, line, numbers, position) => comesOut(data, line, numbers, position) < 0,
  "is zero": (data, line, numbers, position) => comesOut(data, line, numbers, position) === 0,
  "not finite": (data, line, numbers, position) => !Number.isFinite(comesOut(data, line, numbers, position)),
};
export const SEARCHED = Object.keys(SEARCHES);

// The number that a step gives: a value, or what the chain rule adds.
function comesOut(data, line, numbers, position) {
  if (isBackward(line, position)) return numbers.products[position - line.forward - 1];
  return numbers.values[data.forward[position - 1].node];
}

// The node that passes its gradient on, or is computed; the pass is told apart by a sign.
function nodeAt(data, line, position) {
  const step = stepAt(data, line, position);
  if (step === null) return undefined;
  return isBackward(line, position) ? -1 - step.child : step.node;
}

function unitAt(data, line, position) {
  const node = nodeAt(data, line, position);
  if (node === undefined) return undefined;
  return `${node < 0} ${data.nodes[node < 0 ? -1 - node : node].box}`;
}

export function matches(data, line, numbers, position, what, chosen) {
  if (position < 1 || isLost(line, numbers, position)) return false;
  return SEARCHES[what](data, line, numbers, position, chosen);
}

// The nearest position before (direction -1) or behind (1) one where a search finds something;
// undefined if there is none.
export function found(data, line, numbers, from, direction, what, chosen) {
  for (let position = from + direction; position >= 1 && position <= line.total; position += direction) {
    if (matches(data, line, numbers, position, what, chosen)) return position;
  }
  return undefined;
}
