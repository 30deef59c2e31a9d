import assert from "node:assert/strict";
import { test } from "node:test";
import {
  changeable, changesFrom, changesTold, dragged, passesWith, stepOf,
} from "../../autograd_lite/stepping/script/leaves.mjs";
import { timeline } from "../../autograd_lite/stepping/script/state.mjs";

// y = x / k with x = 6, k = 2; a constant stands beside them. Nodes: x, k, 1, y.
const data = {
  live: true,
  nodes: [{}, {}, { constant: true }, {}],
  start: [0, 0, 0, 1],
  values: [6, 2, 1, 3],
  partials: [0.5, -1.5],
  forward: [{ node: 3, parents: [0, 1] }],
  steps: [{ child: 3, parent: 0, place: 0 }, { child: 3, parent: 1, place: 1 }],
};
const line = timeline(data);
function program(v, p) {
  if (v[1] === 0) return { node: 3, kind: "zero" };
  [v[3], p[0], p[1]] = [v[0] / v[1], 1 / v[1], -v[0] / (v[1] * v[1])];
  return null;
}

test("without a change the passes are those of the record, whatever the program would say", () => {
  const { values, sums, failed } = passesWith(data, null, new Map());
  assert.deepEqual([values, sums, failed], [data.values, [0.5, -1.5], null]);
});

test("a change goes through both passes, and the record stays as it is", () => {
  const { values, partials, sums } = passesWith(data, program, new Map([[0, 8], [1, 4]]));
  assert.deepEqual([...values], [8, 4, 1, 2]);
  assert.deepEqual([...partials], [0.25, -0.5]);
  assert.deepEqual(sums, [0.25, -0.5]);
  assert.deepEqual(data.values, [6, 2, 1, 3]);
});

test("an op without a value is told", () => {
  assert.deepEqual(passesWith(data, program, new Map([[1, 0]])).failed, { node: 3, kind: "zero" });
});

test("leaves can be changed, but not constants, and nothing in a graph that is not alive", () => {
  assert.deepEqual(changeable(data, line), new Set([0, 1]));
  assert.deepEqual(changeable({ ...data, live: false }, line), new Set());
});

test("a drag goes in steps of about a 200th, and leaves few digits", () => {
  assert.deepEqual([0, 0.5, 1, 2, 5, 37, -300].map(stepOf), [0.005, 0.005, 0.005, 0.01, 0.05, 0.2, 2]);
  assert.equal(dragged(0.5, 3, 0.005), 0.515);
  assert.equal(dragged(0.1 + 0.2, 1, 0.005), 0.305);
  assert.equal(dragged(0.5, 3, 0.005, true), 0.5015);
  assert.equal(Object.is(dragged(0.005, -1, 0.005), 0), true);
});

test("changes come back from an address as they went into it", () => {
  const changes = new Map([[0, 2.5], [1, -1e-7]]);
  const told = changesTold(changes);
  assert.deepEqual(told, [["n0", "2.5"], ["n1", "-1e-7"]]);
  assert.deepEqual(changesFrom(told, new Set([0, 1])), changes);
});

test("an address cannot change what is no leaf, nor to what is no number", () => {
  const told = [["step", "1"], ["n0", "x"], ["n1", "2"], ["n2", "5"], ["n0", ""], ["m1", "1"]];
  assert.deepEqual(changesFrom(told, new Set([0, 1])), new Map([[1, 2]]));
});
