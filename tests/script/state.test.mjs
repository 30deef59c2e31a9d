import assert from "node:assert/strict";
import { test } from "node:test";
import { backprop } from "../../autograd_lite/stepping/script/passes.mjs";
import {
  arrivedAt, doneAt, edgeOf, gradientAfter, gradientAt, isBackward, isComplete, isKnown, isLost,
  litAt, reachedAt, receiverAt, stepAt, timeline, valueAt,
} from "../../autograd_lite/stepping/script/state.mjs";

// y = x * x + k with x = 3; k takes part in nothing else. Nodes: x, k, x * x, y.
const data = {
  nodes: [{}, {}, {}, {}],
  start: [0, 0, 0, 1],
  forward: [{ node: 2, parents: [0, 0] }, { node: 3, parents: [2, 1] }],
  steps: [
    { child: 3, parent: 2, place: 0 },
    { child: 3, parent: 1, place: 1 },
    { child: 2, parent: 0, place: 0 },
    { child: 2, parent: 0, place: 1 },
  ],
};
const line = timeline(data);
const numbers = backprop(data, [3, 1, 9, 10], [1, 1, 3, 3]);
const [X, K, SQUARE, Y] = [0, 1, 2, 3];

test("the timeline has the forward pass and then the backward pass", () => {
  assert.deepEqual(line, {
    forward: 2, backward: 4, total: 6, output: Y,
    arrivals: [[3, 4], [2], [1], []], earlier: [0, 0, 0, 3], madeIn: [0, 0, 1, 2],
  });
});

test("no step of the backward pass is done before it begins", () => {
  assert.deepEqual([0, 1, 2, 3, 6].map((position) => doneAt(line, position)), [0, 0, 0, 1, 4]);
  assert.deepEqual([0, 2, 3].map((position) => isBackward(line, position)), [false, false, true]);
});

test("values appear when they are computed, those of leaves at once", () => {
  const shown = (node) => [0, 1, 2, 6].map((position) => valueAt(line, numbers, node, position));
  assert.deepEqual(shown(X), [3, 3, 3, 3]);
  assert.deepEqual(shown(SQUARE), [undefined, 9, 9, 9]);
  assert.deepEqual(shown(Y), [undefined, undefined, 10, 10]);
  assert.equal(isKnown(line, numbers, Y, 1), false);
});

test("the gradient of a node is the sum of what has arrived", () => {
  const shown = (node) => [1, 2, 3, 4, 5, 6].map((position) => gradientAt(line, numbers, node, position));
  assert.deepEqual(shown(Y), [undefined, 1, 1, 1, 1, 1]);
  assert.deepEqual(shown(SQUARE), [undefined, undefined, 1, 1, 1, 1]);
  assert.deepEqual(shown(X), [undefined, undefined, undefined, undefined, 3, 6]);
});

test("going back gives what going forward gave", () => {
  const forward = [0, 1, 2, 3, 4].map((done) => gradientAfter(line, numbers, X, done));
  const back = [4, 3, 2, 1, 0].map((done) => gradientAfter(line, numbers, X, done)).reverse();
  assert.deepEqual(forward, back);
  assert.deepEqual(forward, [0, 0, 0, 3, 6]);
});

test("an arrived zero is shown, and what a leaf held before is not of this pass", () => {
  const zero = backprop({ ...data, start: [5, 0, 0, 1] }, [3, 1, 9, 10], [0, 0, 3, 3]);
  assert.equal(gradientAt(line, zero, SQUARE, 3), 0);
  assert.equal(gradientAt(line, zero, X, 3), undefined);
  assert.equal(gradientAt(line, zero, X, 6), 0);
});

test("where an op failed, nothing is known from there on, and no gradient", () => {
  const failed = { ...numbers, failed: { node: Y, kind: "value" } };
  assert.deepEqual([X, SQUARE, Y].map((node) => valueAt(line, failed, node, 6)), [3, 9, undefined]);
  assert.equal(gradientAt(line, failed, X, 6), undefined);
  assert.deepEqual([1, 2, 6].map((position) => isLost(line, failed, position)), [false, true, true]);
  assert.equal(isLost(line, numbers, 6), false);
});

test("arrivals are counted by halving, the same as one by one", () => {
  for (const node of [X, K, SQUARE, Y]) {
    for (let done = 0; done <= 4; done++) {
      assert.equal(arrivedAt(line, node, done), line.arrivals[node].filter((k) => k <= done).length);
    }
  }
});

test("a gradient is complete with its last arrival, the output's from the start", () => {
  const complete = (node) => [1, 2, 3, 5, 6].map((position) => isComplete(line, node, position));
  assert.deepEqual(complete(Y), [false, true, true, true, true]);
  assert.deepEqual(complete(SQUARE), [false, false, true, true, true]);
  assert.deepEqual(complete(X), [false, false, false, false, true]);
});

test("what nothing reaches has no gradient and is never complete", () => {
  const alone = timeline({ ...data, steps: data.steps.slice(0, 1) });
  assert.equal(isComplete(alone, X, alone.total), false);
  assert.equal(gradientAt(alone, numbers, X, alone.total), undefined);
});

test("each position but the first has the step that led to it", () => {
  assert.equal(stepAt(data, line, 0), null);
  assert.equal(stepAt(data, line, 2), data.forward[1]);
  assert.equal(stepAt(data, line, 3), data.steps[0]);
  assert.deepEqual([0, 1, 2, 3, 6].map((at) => receiverAt(data, line, at)), [-1, SQUARE, Y, SQUARE, X]);
});

test("the forward pass reaches leaves first, then what is computed with its edges", () => {
  assert.deepEqual(reachedAt(data, line, 0), { nodes: new Set([X, K]), edges: new Set() });
  assert.deepEqual(reachedAt(data, line, 1), {
    nodes: new Set([X, K, SQUARE]), edges: new Set(["e2_0", "e2_1"]),
  });
});

test("the backward pass reaches the output first, then along its edges", () => {
  assert.deepEqual(reachedAt(data, line, 3), { nodes: new Set([Y, SQUARE]), edges: new Set(["e3_0"]) });
  assert.equal(reachedAt(data, line, 6).edges.size, 4);
});

test("a forward step lights its node and all its edges, a backward step one edge and both ends", () => {
  assert.deepEqual(litAt(data, line, 0), { nodes: [], edges: [] });
  assert.deepEqual(litAt(data, line, 1), { nodes: [SQUARE], edges: ["e2_0", "e2_1"] });
  assert.deepEqual(litAt(data, line, 6), { nodes: [SQUARE, X], edges: ["e2_1"] });
  assert.equal(edgeOf(12, 1), "e12_1");
});

test("a graph that is one leaf has a timeline of no length", () => {
  const leaf = { nodes: [{}], start: [1], forward: [], steps: [] };
  const alone = timeline(leaf);
  assert.equal(alone.total, 0);
  assert.equal(stepAt(leaf, alone, 0), null);
  assert.equal(gradientAt(alone, backprop(leaf, [1], []), 0, 0), 1);
  assert.equal(isComplete(alone, 0, 0), true);
});
