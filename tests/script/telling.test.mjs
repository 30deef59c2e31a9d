import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../../autograd_lite/stepping/script/pieces.mjs";
import { chosen, equationOf, sentenceOf, sentencesOf, textOf } from "../../autograd_lite/stepping/script/telling.mjs";

const data = { texts: [["x"], [0, " · ", ~1], [0], ["y", { sup: [1] }], ["2 · x"]] };
const words = { says: "{name} = {value}", why: "because of {fact}", equal: "so {sides}" };
const numbers = [2, -0.5, 0];
const telling = { data, words, number: (place) => numbers[place] };

test("numbers come into their places, negative ones in brackets where these are asked for", () => {
  assert.deepEqual(textOf(telling, data.texts[1]), ["2 · (-0.5)"]);
  assert.deepEqual(textOf(telling, data.texts[3]), ["y", { sup: "-0.5" }]);
});

test("an equation leaves out a side that repeats the one before", () => {
  assert.deepEqual(equationOf(telling, { sides: [0, 2, 2, 1] }).map(plain), ["x", "2", "2 · (-0.5)"]);
});

test("a choice asks about a number, to any depth", () => {
  const asked = (question, of) => ({ question, of, yes: ["yes"], no: ["no"] });
  assert.deepEqual(chosen(telling, [asked("is zero", 2), asked("is zero", 0)]), ["yes", "no"]);
  assert.deepEqual(chosen(telling, [asked("is nearly zero", 1)]), ["no"]);
  const deep = { question: "is zero", of: 0, yes: [], no: [asked("is zero", 2), "more"] };
  assert.deepEqual(chosen(telling, ["first", deep]), ["first", "yes", "more"]);
});

test("a fact is said in its words, with texts, counts, equations and other facts in it", () => {
  assert.equal(plain(sentenceOf(telling, ["says", { name: 0, value: 2 }])), "x = 2");
  assert.equal(plain(sentenceOf(telling, ["says", { name: "12", value: "3" }])), "12 = 3");
  const inner = ["says", { name: 0, value: 2 }];
  assert.equal(plain(sentenceOf(telling, ["why", { fact: inner }])), "because of x = 2");
  assert.equal(plain(sentenceOf(telling, ["equal", { sides: { sides: [4, 2] } }])), "so 2 · x = 2");
  assert.deepEqual(sentencesOf(telling, [inner]).map(plain), ["x = 2"]);
});

test("a sentence with a hole in it is an error", () => {
  assert.throws(() => sentenceOf(telling, ["says", { name: 0 }]), /nothing is given for \{value\}/);
});
