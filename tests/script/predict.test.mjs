import assert from "node:assert/strict";
import { test } from "node:test";
import { backprop } from "../../autograd_lite/stepping/script/passes.mjs";
import { choicesOf, isRight, mistakeOf, questionAt } from "../../autograd_lite/stepping/script/predict.mjs";
import { timeline } from "../../autograd_lite/stepping/script/state.mjs";

// y = x * w, C = y + x with x = 3, w = -2. Nodes: x, w, y, C.
const data = {
  nodes: [{}, {}, {}, {}],
  start: [0, 0, 0, 1],
  forward: [{ node: 2, parents: [0, 1] }, { node: 3, parents: [2, 0] }],
  steps: [
    { child: 3, parent: 2, place: 0 }, { child: 3, parent: 0, place: 1 },
    { child: 2, parent: 0, place: 0 }, { child: 2, parent: 1, place: 1 },
  ],
};
const line = timeline(data);
const numbers = backprop(data, [3, -2, -6, -3], [1, 1, -2, 3]);
const asked = (position) => questionAt(data, line, numbers, position);

test("the answer of a step is what its receiver has afterwards", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6].map((position) => asked(position).answer), [-6, -3, 1, 1, -1, 3]);
});

test("who forgets, mixes up or turns round something is told so", () => {
  const last = asked(5); // 1 + 1 * (-2)
  assert.equal(mistakeOf(last, -2), "mistake forgot to add");
  assert.equal(mistakeOf(last, 2), "mistake forgot the slope");
  assert.equal(mistakeOf(last, 4), "mistake other factor");
  assert.equal(mistakeOf(last, 3), "mistake sign");
  assert.equal(mistakeOf(last, 1), "mistake sign");
  assert.equal(mistakeOf(last, 0), "mistake added");
  assert.equal(mistakeOf(last, 17), "mistake wrong");
  assert.equal(mistakeOf(asked(1), 1), "mistake summed");
  assert.equal(mistakeOf(asked(1), 3), "mistake one operand");
  assert.equal(mistakeOf(asked(2), -18), "mistake multiplied");
});

test("an answer that is rounded is right, one that is a mistake is not", () => {
  const third = { answer: 1 / 3, mistakes: [] };
  assert.deepEqual([0.333, 0.33, 0.3333333, 1 / 3].map((x) => isRight(third, x)), [true, false, true, true]);
  assert.equal(isRight({ answer: 0, mistakes: [] }, -0), true);
  assert.equal(isRight({ answer: 0, mistakes: [] }, 0.001), false);
});

test("four choices stand by size, all different, the answer among them", () => {
  for (const position of [1, 2, 3, 4, 5, 6]) {
    const question = asked(position);
    const choices = choicesOf(question);
    assert.equal(choices.length, 4);
    assert.equal(new Set(choices).size, 4);
    assert.equal(choices.filter((choice) => isRight(question, choice)).length, 1);
    assert.deepEqual(choices, [...choices].sort((x, y) => x - y));
  }
});

test("choices are numbers, also where the answer is not finite", () => {
  const choices = choicesOf({ answer: Infinity, mistakes: [[NaN, "sign"], [2, "added"]] });
  assert.equal(choices.every(Number.isFinite), true);
});
