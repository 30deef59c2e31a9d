import assert from "node:assert/strict";
import { test } from "node:test";
import {
  NOT_YET, arrivedAt, doneAt, edgeOf, gradientAfter, gradientAt, isBackward, isComplete, isKnown, litAt,
  reachedAt, receiverAt, stepAt, timeline, valueAt,
} from "../../autograd_lite/stepping/script/state.mjs";

// y = x * x + k with x = 3; k takes part in nothing else. Nodes: x, k, x * x, y.
const data = {
  nodes: [{ value: "3" }, { value: "1" }, { value: "9" }, { value: "10" }],
  start: ["0", "0", "0", "1"],
  forward: [{ node: 2, parents: [0, 0] }, { node: 3, parents: [2, 1] }],
  steps: [
    { child: 3, parent: 2, edge: "e3_0", after: "1" },
    { child: 3, parent: 1, edge: "e3_1", after: "1" },
    { child: 2, parent: 0, edge: "e2_0", after: "3" },
    { child: 2, parent: 0, edge: "e2_1", after: "6" },
  ],
};
const line = timeline(data);
const [X, K, SQUARE, Y] = [0, 1, 2, 3];

test("the timeline has the forward pass and then the backward pass", () => {
  assert.deepEqual(line, {
    forward: 2, backward: 4, total: 6, output: Y,
    arrivals: [[3, 4], [2], [1], []], madeIn: [0, 0, 1, 2],
  });
});

test("no step of the backward pass is done before it begins", () => {
  assert.deepEqual([0, 1, 2, 3, 6].map((position) => doneAt(line, position)), [0, 0, 0, 1, 4]);
  assert.deepEqual([0, 2, 3].map((position) => isBackward(line, position)), [false, false, true]);
});

test("values appear when they are computed, those of leaves at once", () => {
  const shown = (node) => [0, 1, 2, 6].map((position) => valueAt(data, line, node, position));
  assert.deepEqual(shown(X), ["3", "3", "3", "3"]);
  assert.deepEqual(shown(SQUARE), [NOT_YET, "9", "9", "9"]);
  assert.deepEqual(shown(Y), [NOT_YET, NOT_YET, "10", "10"]);
  assert.equal(isKnown(line, Y, 1), false);
});

test("the gradient of a node is the sum of what has arrived", () => {
  const shown = (node) => [1, 2, 3, 4, 5, 6].map((position) => gradientAt(data, line, node, position));
  assert.deepEqual(shown(Y), [NOT_YET, "1", "1", "1", "1", "1"]);
  assert.deepEqual(shown(SQUARE), [NOT_YET, NOT_YET, "1", "1", "1", "1"]);
  assert.deepEqual(shown(X), [NOT_YET, NOT_YET, NOT_YET, NOT_YET, "3", "6"]);
});

test("going back gives what going forward gave", () => {
  const forward = [0, 1, 2, 3, 4].map((done) => gradientAfter(data, line, X, done));
  const back = [4, 3, 2, 1, 0].map((done) => gradientAfter(data, line, X, done)).reverse();
  assert.deepEqual(forward, back);
  assert.deepEqual(forward, ["0", "0", "0", "3", "6"]);
});

test("an arrived zero is shown, and so is what a leaf held before", () => {
  const held = { ...data, start: ["5", "0", "0", "1"] };
  assert.equal(gradientAt(held, line, X, 2), "5");
  const zero = { ...data, steps: data.steps.map((step) => ({ ...step, after: "0" })) };
  assert.equal(gradientAt(zero, line, SQUARE, 3), "0");
  assert.equal(gradientAt(zero, line, X, 3), NOT_YET);
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
  assert.equal(gradientAt(data, alone, X, alone.total), NOT_YET);
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
  const leaf = { nodes: [{ value: "1" }], start: ["1"], forward: [], steps: [] };
  const alone = timeline(leaf);
  assert.equal(alone.total, 0);
  assert.equal(stepAt(leaf, alone, 0), null);
  assert.equal(gradientAt(leaf, alone, 0, 0), "1");
  assert.equal(isComplete(alone, 0, 0), true);
});
