import assert from "node:assert/strict";
import { test } from "node:test";
import { arrivalsOf, backprop, derivative, numberAt } from "../../autograd_lite/stepping/script/passes.mjs";
import { timeline } from "../../autograd_lite/stepping/script/state.mjs";

// y = x * x + k with x = 3, which held 5 from an earlier backward. Nodes: x, k, x * x, y.
const graph = {
  nodes: [{}, {}, {}, {}],
  start: [5, 0, 0, 1],
  forward: [{ node: 2, parents: [0, 0] }, { node: 3, parents: [2, 1] }],
  steps: [
    { child: 3, parent: 2, place: 0 }, { child: 3, parent: 1, place: 1 },
    { child: 2, parent: 0, place: 0 }, { child: 2, parent: 0, place: 1 },
  ],
};
const line = timeline(graph);
const numbers = backprop(graph, [3, 1, 9, 10], [1, 1, 3, 3]);
const at = (place) => numberAt(graph, line, numbers, place);

test("contributions add up, and what a leaf held stays in its gradient but not in the sum", () => {
  assert.deepEqual(numbers.products, [1, 1, 3, 3]);
  assert.deepEqual(numbers.sums, [1, 1, 3, 6]);
  assert.deepEqual(numbers.before, [0, 0, 5, 8]);
  assert.deepEqual(numbers.after, [1, 1, 8, 11]);
  assert.deepEqual([...numbers.arriving], [11, 1, 1, 1]);
});

test("a choice passes nothing to the operand that it switched off, not even 0 times infinity", () => {
  const chooses = { ...graph, nodes: [{}, {}, { chooses: true }, {}], start: [0, 0, 0, 1] };
  const passed = backprop(chooses, [3, 1, 9, 10], [Infinity, 1, 0, 1]);
  assert.deepEqual(passed.products, [Infinity, 1, 0, Infinity]);
  const plain = backprop({ ...chooses, nodes: graph.nodes }, [3, 1, 9, 10], [Infinity, 1, 0, 1]);
  assert.equal(Number.isNaN(plain.products[2]), true);
});

test("arrivals are listed by node, and each step knows the one before it there", () => {
  assert.deepEqual(arrivalsOf(graph), { arrivals: [[3, 4], [2], [1], []], earlier: [0, 0, 0, 3] });
});

test("every place of a number has one", () => {
  const places = ["value:0", "arriving:0", "partial:3", "product:4", "sum:4", "before:3", "after:3",
    "earlier:3", "earlier:4", "derivative:0", "derivative:3", "held:0", "held:3", "along:1,3", "rest:0,1"];
  assert.deepEqual(places.map(at), [3, 11, 3, 3, 6, 5, 8, 0, 3, 6, 1, 5, 0, 3, 3]);
  assert.throws(() => at("guess:1"), /no number is called guess:1/);
});

test("a constant that no step reaches has what its gradient is", () => {
  const alone = timeline({ ...graph, steps: [] });
  assert.equal(derivative(alone, { ...numbers, arriving: [7, 0, 0, 1] }, 0), 7);
});
