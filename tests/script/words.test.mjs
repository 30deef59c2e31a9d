import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, filled, template } from "../../autograd_lite/stepping/script/words.mjs";

test("a place takes a number, a text, or pieces", () => {
  assert.deepEqual(fill("step {number} of {count}", { number: 3, count: "8" }), ["step 3 of 8"]);
  const name = [{ name: ["w", { sub: "1" }] }];
  assert.deepEqual(fill("勾配 1 の {output} から", { output: name }), ["勾配 1 の ", ...name, " から"]);
});

test("a place may stand at either end, and twice", () => {
  assert.equal(filled("{a}{b}{a}", { a: "x", b: "-" }), "x-x");
});

test("what is filled in is not filled in again", () => {
  assert.equal(filled("{a} {b}", { a: "{b}", b: "$&" }), "{b} $&");
});

test("doubled braces are braces, as in Python", () => {
  assert.equal(filled("{{{a}}}", { a: 1 }), "{1}");
  assert.equal(filled("{{a}}"), "{a}");
});

test("a text without places is itself, and an empty one is nothing", () => {
  assert.deepEqual(fill("Play"), ["Play"]);
  assert.deepEqual(fill(""), []);
});

test("a place that nothing is given for is an error, not a hole", () => {
  assert.throws(() => fill("step {number}", { count: 8 }), /\{number\}/);
});

test("a key without words is an error that names it", () => {
  const words = { en: { play: "Play" } };
  assert.equal(template(words, "en", "play"), "Play");
  assert.throws(() => template(words, "en", "stop"), /stop in en/);
});
