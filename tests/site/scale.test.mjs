import assert from "node:assert/strict";
import { test } from "node:test";
import { contour, placed, snapped, spread, stepped, ticks } from "../../demos/site/scale.mjs";

test("a number is placed between two ends as far as between two others", () => {
  assert.equal(placed(1, [0, 4], [10, 50]), 20);
  assert.equal(placed(3, [0, 4], [50, 10]), 20); // upside down, as a picture counts
});

test("a point snaps to short decimals, within its range, and never to minus zero", () => {
  assert.equal(snapped(0.30000000000000004, [-2, 2]), 0.3);
  assert.equal(snapped(99, [-6, 6]), 6);
  assert.equal(snapped(-99, [-6, 6]), -6);
  assert.ok(Object.is(snapped(-0.001, [-2, 2]), 0));
});

test("ticks are round numbers within the range", () => {
  assert.deepEqual(ticks([-2, 2]), [-2, -1, 0, 1, 2]);
  assert.deepEqual(ticks([-0.2, 1.2]), [0, 0.5, 1]);
  assert.deepEqual(ticks([-6, 6]), [-5, 0, 5]);
});

test("a contour of a circle lies on the circle and goes all around it", () => {
  const xs = spread([-2, 2], 81);
  const heights = xs.map((y) => xs.map((x) => x * x + y * y));
  const lines = contour(heights, xs, xs, 1);
  for (const [x, y] of lines.flat()) assert.ok(Math.abs(Math.hypot(x, y) - 1) < 2e-3);
  const length = lines.reduce((sum, [[x1, y1], [x2, y2]]) => sum + Math.hypot(x2 - x1, y2 - y1), 0);
  assert.ok(Math.abs(length - 2 * Math.PI) < 0.01);
  assert.deepEqual(contour(heights, xs, xs, 100), []);
});

test("a ball goes on, rests, or flies off", () => {
  assert.deepEqual(stepped(([x, y]) => [x / 2, y / 2], [1, 1], 4), { to: [0.5, 0.5], end: "" });
  assert.equal(stepped((place) => place, [1, 1], 4).end, "rests");
  assert.deepEqual(stepped(([x, y]) => [x * 1e9, y], [1, 1], 4), { end: "flies" });
  assert.deepEqual(stepped(() => [NaN, 0], [1, 1], 4), { end: "flies" });
});
