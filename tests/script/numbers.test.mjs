import assert from "node:assert/strict";
import { test } from "node:test";
import { short, told, typed } from "../../autograd_lite/stepping/script/numbers.mjs";

test("a number has at most six digits and no zeros that say nothing", () => {
  const written = [0.1 + 0.2, 2, -2.5, 1 / 3, 123456, 100, 0.001].map((number) => told(number));
  assert.deepEqual(written, ["0.3", "2", "-2.5", "0.333333", "123456", "100", "0.001"]);
});

test("large and small numbers have an exponent of two digits or more", () => {
  const written = [1234567, 999999.5, 1e-5, 0.0001, -1.5e300, 5e-324].map((number) => told(number));
  assert.deepEqual(written, ["1.23457e+06", "1e+06", "1e-05", "0.0001", "-1.5e+300", "4.94066e-324"]);
});

test("a tie goes to the even digit, as in Python", () => {
  assert.deepEqual([100000.5, 100001.5, 0.5, 2.5, 3.5].map((number) => told(number)),
    ["100000", "100002", "0.5", "2.5", "3.5"]);
  assert.deepEqual([0.125, 0.375, 2.5, 12.5].map((number) => told(number, 2)),
    ["0.12", "0.38", "2.5", "12"]);
  assert.deepEqual([2.5, 3.5, -2.5].map((number) => told(number, 1)), ["2", "4", "-2"]);
});

test("zero has no sign, and what is no number has a name", () => {
  assert.deepEqual([0, -0, NaN, Infinity, -Infinity].map((number) => told(number)),
    ["0", "0", "nan", "inf", "-inf"]);
});

test("a number in the picture has four digits and true signs", () => {
  assert.deepEqual([-0.283662, 10.6931, 1, Infinity, NaN, 1e-7].map(short),
    ["−0.2837", "10.69", "1", "∞", "nan", "1e−07"]);
});

test("a typed number may be Japanese, or have a comma", () => {
  assert.deepEqual(["2", " -0.5 ", "−3", "１．５", "1,5", ".5", "1e-3", "+2."].map(typed),
    [2, -0.5, -3, 1.5, 1.5, 0.5, 0.001, 2]);
});

test("what is no number is not taken for one", () => {
  for (const text of ["", "x", "1 2", "0x10", "1e999", "--1", "1,000,000", "Infinity"]) {
    assert.equal(typed(text), undefined, text);
  }
});
