import assert from "node:assert/strict";
import { test } from "node:test";
import { dataOf, filledForm } from "../../autograd_lite/stepping/script/forms.mjs";

const forms = [
  { name: 0, op: ["op.mul", {}] },
  { node: 0, parents: [1, 2], heading: ["forward", { number: 3, node: 4 }] },
  { heading: ["step", { number: 0 }], local: { sides: [1, 1] }, formula: { question: "is zero", of: 2, yes: [], no: [] }, words: [["one", {}]] },
];
const page = () => JSON.stringify({
  forms, nodes: [[0, 7], [0, 8]], forward: [[1, 2, 0, 1, "1", 9]],
  steps: [[2, 1, 0, 2, "12", 40, 41]], values: [1, "NaN"], start: ["-Infinity"], partials: [],
});

test("a form is filled with its parts: counts are texts, all else numbers", () => {
  assert.deepEqual(filledForm(forms, [1, 2, 0, 1, "1", 9]),
    { node: 2, parents: [0, 1], heading: ["forward", { number: "1", node: 9 }] });
});

test("data are whole again, and numbers that are not finite are numbers", () => {
  const data = dataOf(page());
  assert.deepEqual(data.nodes, [{ name: 7, op: ["op.mul", {}] }, { name: 8, op: ["op.mul", {}] }]);
  assert.deepEqual(data.forward[0].parents, [0, 1]);
  assert.deepEqual([data.values, data.start], [[1, NaN], [-Infinity]]);
});

test("a step knows its edge at once, and what is told of it when it is asked", () => {
  const [step] = dataOf(page()).steps;
  assert.deepEqual({ ...step, whole: undefined }, { child: 2, parent: 1, place: 0, whole: undefined });
  assert.deepEqual(step.heading, ["step", { number: "12" }]);
  assert.deepEqual(step.local, { sides: [40, 40] });
  assert.equal(step.formula.of, 41);
  assert.equal(step.words, step.words);
});
