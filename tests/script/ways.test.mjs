import assert from "node:assert/strict";
import { test } from "node:test";
import { coloursOf, widthsOf } from "../../autograd_lite/stepping/script/ways.mjs";

// C = a + b, a = f(x), b = g(x), x = h(t): two ways from C, which meet at x. Nodes: t, x, a, b, C.
const data = {
  nodes: [{}, {}, {}, {}, {}],
  steps: [
    { child: 4, parent: 2, place: 0 }, { child: 4, parent: 3, place: 1 },
    { child: 3, parent: 1, place: 0 }, { child: 2, parent: 1, place: 0 },
    { child: 1, parent: 0, place: 0 },
  ],
};

test("two ways keep two colours until they meet", () => {
  assert.deepEqual(coloursOf(data), { e4_0: 0, e4_1: 1, e3_0: 1, e2_0: 0, e1_0: -1 });
});

test("a large graph has no colours", () => {
  const steps = Array.from({ length: 61 }, (_, k) => ({ child: k + 1, parent: k, place: 0 }));
  assert.deepEqual(coloursOf({ nodes: Array(62).fill({}), steps }), {});
});

test("an edge is as wide as what it carries, from 1 to 4 px", () => {
  assert.deepEqual(widthsOf(data, { products: [4, -1, 0, Infinity, NaN] }),
    { e4_0: 4, e4_1: 2.5, e3_0: 1, e2_0: 1, e1_0: 1 });
  assert.deepEqual(widthsOf(data, { products: [0, 0, 0, 0, 0] }).e4_0, 1);
});
