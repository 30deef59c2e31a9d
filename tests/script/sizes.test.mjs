import assert from "node:assert/strict";
import { test } from "node:test";
import {
  LARGEST_FITTED, arrowhead, fitted, keyFactor, scrollToSee, wheelFactor, zoomed,
} from "../../autograd_lite/stepping/script/sizes.mjs";

test("a fitted picture is seen whole, with a margin", () => {
  for (const [width, height] of [[800, 600], [300, 900], [374, 354]]) {
    const picture = { width: 886, height: 881 };
    const size = fitted(picture, { width, height });
    assert.ok(size * picture.width < width && size * picture.height < height);
    assert.ok(size * picture.width > width - 30 || size * picture.height > height - 30);
  }
});

test("a small picture is not blown up without end", () => {
  assert.equal(fitted({ width: 50, height: 20 }, { width: 1900, height: 1000 }), LARGEST_FITTED);
});

test("a frame without room has no fitted size", () => {
  const picture = { width: 100, height: 100 };
  assert.equal(fitted(picture, { width: 0, height: 0 }), 0);
  assert.equal(fitted(picture, { width: 800, height: 10 }), 0);
  assert.equal(fitted({ width: 0, height: 0 }, { width: 800, height: 600 }), 0);
});

test("zooming stays between a speck and six times", () => {
  assert.equal(zoomed(1, 1.25), 1.25);
  assert.equal(zoomed(5.9, 1.25), 6);
  assert.equal(zoomed(0.05, 0.5), 0.05);
});

test("turning the wheel up and down again gives back the size", () => {
  assert.ok(wheelFactor(-100) > 1 && wheelFactor(100) < 1);
  assert.ok(Math.abs(wheelFactor(-100) * wheelFactor(100) - 1) < 1e-12);
  assert.equal(wheelFactor(0), 1);
});

test("lines and pages count as pixels, and a wild wheel as a quick one", () => {
  assert.equal(wheelFactor(5, 1), wheelFactor(100));
  assert.equal(wheelFactor(1e9), wheelFactor(300));
  assert.equal(wheelFactor(1, 2), wheelFactor(300));
});

test("plus, minus and zero are keys of the size, others are not", () => {
  assert.ok(keyFactor("+") > 1 && keyFactor("=") === keyFactor("+"));
  assert.equal(keyFactor("+") * keyFactor("-"), 1);
  assert.equal(keyFactor("0"), 0);
  assert.equal(keyFactor("ArrowLeft"), undefined);
});

const frame = { top: 100, bottom: 300, left: 0, right: 400, width: 400, height: 200 };

test("what is seen is not scrolled to", () => {
  assert.deepEqual(scrollToSee(frame, { top: 150, bottom: 170, left: 10, right: 60, width: 50, height: 20 }), {});
});

test("what is below or beside comes to the middle", () => {
  const below = { top: 400, bottom: 420, left: 10, right: 60, width: 50, height: 20 };
  assert.deepEqual(scrollToSee(frame, below), { top: 210 });
  const beside = { top: 150, bottom: 170, left: -80, right: -20, width: 60, height: 20 };
  assert.deepEqual(scrollToSee(frame, beside), { left: -250 });
});

test("what is under a heading is not seen", () => {
  const covered = { top: 110, bottom: 130, left: 10, right: 60, width: 50, height: 20 };
  assert.deepEqual(scrollToSee(frame, covered), {});
  assert.deepEqual(scrollToSee(frame, covered, 28), { top: -80 });
});

test("nothing scrolls where nothing is laid out", () => {
  const point = { top: 0, bottom: 0, left: 0, right: 0, width: 0, height: 0 };
  assert.deepEqual(scrollToSee(frame, point), {});
  assert.deepEqual(scrollToSee({ ...frame, height: 0 }, { ...frame, top: 900, bottom: 950 }), {});
});

test("an arrowhead begins at its tip and lies along the line", () => {
  assert.equal(arrowhead({ x: 0, y: 0 }, { x: 5, y: 0 }, 10, 8), "0.00,0.00 10.00,-4.00 10.00,4.00");
  assert.equal(arrowhead({ x: 1, y: 2 }, { x: 1, y: 9 }, 10, 8), "1.00,2.00 5.00,12.00 -3.00,12.00");
});

test("a line without length has an arrowhead all the same", () => {
  assert.doesNotMatch(arrowhead({ x: 1, y: 1 }, { x: 1, y: 1 }), /NaN/);
});
