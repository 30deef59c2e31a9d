import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressOf, keyLeads, millisecondsAt, positionAt, within,
} from "../../autograd_lite/stepping/script/moving.mjs";

const line = { forward: 5, backward: 8, total: 13 };

test("a position stays on the timeline", () => {
  assert.deepEqual([-1, 0, 13, 14].map((to) => within(line, to)), [0, 0, 13, 13]);
});

test("arrows go one step, Home and End all the way, other keys nowhere", () => {
  assert.equal(keyLeads(line, 3, "ArrowRight"), 4);
  assert.equal(keyLeads(line, 3, "ArrowLeft"), 2);
  assert.equal(keyLeads(line, 0, "ArrowLeft"), 0);
  assert.equal(keyLeads(line, 13, "ArrowRight"), 13);
  assert.equal(keyLeads(line, 3, "Home"), 0);
  assert.equal(keyLeads(line, 3, "End"), 13);
  assert.equal(keyLeads(line, 3, "a"), undefined);
});

test("twice the speed is half the time a step", () => {
  assert.equal(millisecondsAt(2), millisecondsAt(1) / 2);
});

test("every position has an address that leads back to it", () => {
  for (let position = 0; position <= line.total; position++) {
    assert.equal(positionAt(line, addressOf(line, position)), position);
  }
});

test("where the passes meet an address of a step stays one", () => {
  assert.equal(addressOf(line, 5, "#forward=4"), "#forward=5");
  assert.equal(addressOf(line, 5, "#step=1"), "#step=0");
  assert.equal(positionAt(line, "#step=0"), 5);
});

test("an address beyond the end leads to the end of its pass", () => {
  assert.equal(positionAt(line, "#step=999999"), 13);
  assert.equal(positionAt(line, "#forward=999"), 5);
});

test("anything else names no position", () => {
  for (const address of ["", "#", "#step=", "#step=-1", "#step=1e3", "#node=3", "#step=1234567890"]) {
    assert.equal(positionAt(line, address), undefined, address);
  }
});
