import assert from "node:assert/strict";
import { test } from "node:test";
import { SEARCHED, found, matches } from "../../autograd_lite/stepping/script/finding.mjs";
import { backprop } from "../../autograd_lite/stepping/script/passes.mjs";
import { timeline } from "../../autograd_lite/stepping/script/state.mjs";

// y = x * w in unit a, C = y + x with x = 0, w = -2. Nodes: x, w, y, C.
const data = {
  nodes: [{}, {}, { box: "a" }, {}],
  start: [0, 0, 0, 1],
  forward: [{ node: 2, parents: [0, 1] }, { node: 3, parents: [2, 0] }],
  steps: [
    { child: 3, parent: 2, place: 0 }, { child: 3, parent: 0, place: 1 },
    { child: 2, parent: 0, place: 0 }, { child: 2, parent: 1, place: 1 },
  ],
};
const line = timeline(data);
const numbers = backprop(data, [0, -2, 0, Infinity], [1, 1, -2, 0]);
const all = (what, chosen = -1) =>
  [1, 2, 3, 4, 5, 6].filter((position) => matches(data, line, numbers, position, what, chosen));

test("each search finds its steps, in both passes", () => {
  assert.deepEqual(all("next node"), [1, 2, 3, 5]);
  assert.deepEqual(all("next unit"), [1, 2, 3, 5]);
  assert.deepEqual(all("arrives here", 0), [4, 5]);
  assert.deepEqual(all("below zero"), [5]);
  assert.deepEqual(all("is zero"), [1, 6]);
  assert.deepEqual(all("not finite"), [2]);
  assert.equal(SEARCHED.length, 6);
});

test("a search goes both ways, and says if there is none", () => {
  const to = (from, direction, what) => found(data, line, numbers, from, direction, what, -1);
  assert.equal(to(0, 1, "is zero"), 1);
  assert.equal(to(1, 1, "is zero"), 6);
  assert.equal(to(6, -1, "is zero"), 1);
  assert.equal(to(1, -1, "is zero"), undefined);
  assert.equal(to(6, 1, "next node"), undefined);
});

test("behind an op without a value nothing is found", () => {
  const lost = { ...numbers, failed: { node: 3, kind: "zero" } };
  assert.equal(found(data, line, lost, 1, 1, "below zero", -1), undefined);
});
