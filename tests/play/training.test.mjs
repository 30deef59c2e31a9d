import assert from "node:assert/strict";
import { test } from "node:test";
import { answerTo, costOf, curveOf, shade, stepped, verdictOn } from "../../demos/play/training.mjs";

// C = (p0 * x - t)², one image each: gradient 2 x (p0 x - t).
function compute([p], [x], [t]) {
  const error = p * x - t;
  return [error * error, [2 * x * error], [p, 1 - p, p * x]];
}
const images = [{ pixels: [1], target: [0] }, { pixels: [2], target: [1] }];

test("the cost and the gradient are summed image by image", () => {
  assert.deepEqual(costOf(compute, [2], images), { cost: 4 + 9, gradient: [4 + 12] });
});

test("a step goes against the gradient, and a step to what is not finite is none", () => {
  assert.deepEqual(stepped([2, 1], [16, -4], 0.25), [-2, 2]);
  assert.equal(stepped([1], [Infinity], 0.1), null);
  assert.equal(stepped([1], [NaN], 0.1), null);
});

test("the last two excitements are the outputs", () => {
  assert.deepEqual(answerTo(compute, [0.25], [2]), { hidden: [0.25], outputs: [0.75, 0.5] });
});

test("what the outputs say depends on how clear they are", () => {
  const keys = [[0.9, 0.1], [0.1, 0.9], [0.4, 0.3], [0.9, 0.8], [0.6, 0.3]].map((outputs) => verdictOn(outputs));
  assert.deepEqual(keys.map(({ key }) => key), ["says", "says", "none", "both", "unsure"]);
  assert.deepEqual(keys.map(({ digit }) => digit), [0, 1, 0, 0, 0]);
});

test("a curve begins at the left and its highest cost is at the top", () => {
  assert.equal(curveOf([4, 2, 1], 100, 40), "0.0,0.0 50.0,20.0 100.0,30.0");
  assert.equal(curveOf([3], 100, 40), "0.0,0.0");
});

test("the largest weight has the strongest colour", () => {
  assert.deepEqual([2, -4, 0].map((weight) => shade(weight, [2, -4, 0])), [0.5, -1, 0]);
  assert.equal(shade(0, [0, 0]), 0);
});
