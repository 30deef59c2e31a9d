import assert from "node:assert/strict";
import { test } from "node:test";
import { merged, plain, unbroken } from "../../autograd_lite/stepping/script/pieces.mjs";

const w = ["w", { sub: "11" }, { sup: "2" }];

test("a text without what is low or high is all its characters", () => {
  assert.equal(plain(["dC/d", ...w, " = 3"]), "dC/dw112 = 3");
  assert.equal(plain([{ name: w }, " is 2"]), "w112 is 2");
  assert.equal(plain([]), "");
});

test("strings side by side become one, and empty ones go", () => {
  assert.deepEqual(merged(["a", "b", { sub: "1" }, "", "c", "d"]), ["ab", { sub: "1" }, "cd"]);
  assert.deepEqual(merged(["", ""]), []);
});

test("merging changes neither the text nor what it was given", () => {
  const given = ["a", "b", { sub: "1" }];
  assert.equal(plain(merged(given)), plain(given));
  assert.deepEqual(given, ["a", "b", { sub: "1" }]);
});

test("a formula may break between its terms and nowhere else", () => {
  assert.deepEqual(unbroken(["-0.28 + dC/d", ...w, " · 2"]), [
    ["-0.28"], ["+"], ["dC/d", ...w], ["·"], ["2"],
  ]);
});

test("an index stays with its name and what follows it", () => {
  assert.deepEqual(unbroken(["x", { sub: "1" }, ", y"]), [["x", { sub: "1" }, ","], ["y"]]);
});

test("spaces at the ends and in a row make no empty terms", () => {
  assert.deepEqual(unbroken([" a  b ", { sup: "2" }]), [["a"], ["b"], [{ sup: "2" }]]);
  assert.deepEqual(unbroken([]), []);
  assert.deepEqual(unbroken([" "]), []);
});
