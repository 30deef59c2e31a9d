// What holds at a position of a trace: pure functions over its data and the numbers of its passes.
//
// position   steps done, of the forward pass and then of the backward pass: 0 to line.total
// done       how many of them are steps of the backward pass
// line       what the trace says about the order of things, read off its data once
// numbers    of both passes (see passes); a number that is not there at a position is undefined
import { arrivalsOf } from "./passes.mjs";

export function timeline(data) {
  const madeIn = data.nodes.map(() => 0); // per node: its forward step; 0 for leaves
  data.forward.forEach((step, k) => { madeIn[step.node] = k + 1; });
  return {
    forward: data.forward.length,
    backward: data.steps.length,
    total: data.forward.length + data.steps.length,
    output: data.nodes.length - 1,
    ...arrivalsOf(data),
    madeIn,
  };
}

export function doneAt(line, position) {
  return Math.max(0, position - line.forward);
}

export function isBackward(line, position) {
  return position > line.forward;
}

// How many contributions to a node's gradient have arrived after so many steps.
export function arrivedAt(line, node, done) {
  const steps = line.arrivals[node];
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= done) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The gradient of a node in this pass after so many of its steps, shown or not.
export function gradientAfter(line, numbers, node, done) {
  const arrived = arrivedAt(line, node, done);
  if (arrived) return numbers.sums[line.arrivals[node][arrived - 1] - 1];
  return node === line.output ? 1 : 0;
}

// What the page shows as a node's gradient: nothing before anything has arrived.
export function gradientAt(line, numbers, node, position) {
  if (position < line.forward || numbers.failed) return undefined;
  const done = doneAt(line, position);
  if (node === line.output || arrivedAt(line, node, done)) return gradientAfter(line, numbers, node, done);
  return undefined;
}

// Whether a node's value is computed at a position: not where an op before it, or its own, failed.
export function isKnown(line, numbers, node, position) {
  if (numbers.failed && line.madeIn[node] >= line.madeIn[numbers.failed.node]) return false;
  return line.madeIn[node] <= position;
}

export function valueAt(line, numbers, node, position) {
  return isKnown(line, numbers, node, position) ? numbers.values[node] : undefined;
}

// Whether the step before a position has no numbers, because an op before it failed.
export function isLost(line, numbers, position) {
  return numbers.failed !== null && position >= line.madeIn[numbers.failed.node];
}

// Whether a node's gradient will not change any more. What nothing reaches is never complete.
export function isComplete(line, node, position) {
  if (position < line.forward) return false;
  if (node === line.output) return true;
  const steps = line.arrivals[node];
  return steps.length > 0 && steps[steps.length - 1] <= doneAt(line, position);
}

// The step that led to a position; null at the start.
export function stepAt(data, line, position) {
  if (isBackward(line, position)) return data.steps[position - line.forward - 1];
  return position > 0 ? data.forward[position - 1] : null;
}

// The node that the step before a position gave a number to: -1 at the start.
export function receiverAt(data, line, position) {
  const step = stepAt(data, line, position);
  if (step === null) return -1;
  return isBackward(line, position) ? step.parent : step.node;
}

export function edgeOf(node, place) {
  return `e${node}_${place}`;
}

// The edge of a step of the backward pass.
export function edgeOfStep({ child, place }) {
  return edgeOf(child, place);
}

// What the pass has reached at a position: in the forward pass what is computed, in the backward
// pass what has a gradient.
export function reachedAt(data, line, position) {
  const nodes = new Set();
  const edges = new Set();
  if (isBackward(line, position)) {
    nodes.add(line.output);
    for (const step of data.steps.slice(0, doneAt(line, position))) {
      nodes.add(step.parent);
      edges.add(edgeOfStep(step));
    }
    return { nodes, edges };
  }
  line.madeIn.forEach((made, node) => { if (made <= position) nodes.add(node); });
  for (const step of data.forward.slice(0, position)) {
    step.parents.forEach((_, place) => edges.add(edgeOf(step.node, place)));
  }
  return { nodes, edges };
}

// What the step before a position is about: the nodes and edges to light.
export function litAt(data, line, position) {
  const step = stepAt(data, line, position);
  if (step === null) return { nodes: [], edges: [] };
  if (isBackward(line, position)) return { nodes: [step.child, step.parent], edges: [edgeOfStep(step)] };
  return {
    nodes: [step.node],
    edges: step.parents.map((_, place) => edgeOf(step.node, place)),
  };
}
