// What the reader changes: the leaves' numbers, and how far a drag takes one of them.
//
// program    the graph as JavaScript: it fills in the values of inner nodes and the local
//            derivatives of steps, and returns null, or { node, kind } of an op without a value
import { backprop } from "./passes.mjs";

const PER_SCALE = 200; // px of a drag for the size of a number

// Both passes of a graph with some leaves changed: a map from node to number. Without a change they
// are those of the record, digit by digit.
export function passesWith(data, program, changes) {
  if (!changes.size) return backprop(data, data.values, data.partials);
  const values = Float64Array.from(data.values);
  const partials = Float64Array.from(data.partials);
  for (const [node, number] of changes) values[node] = number;
  const failed = program(values, partials);
  return { ...backprop(data, values, partials), failed };
}

// The nodes that can be changed: leaves that are no constants of the formula, if the graph is alive.
export function changeable(data, line) {
  const leaf = (node) => !line.madeIn[node] && !data.nodes[node].constant;
  return new Set(data.live ? data.nodes.map((_, node) => node).filter(leaf) : []);
}

// The least step of a number: 1, 2 or 5 times a power of ten, about a 200th of its size.
export function stepOf(number) {
  const wanted = Math.max(Math.abs(number), 1) / PER_SCALE;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const digit = [1, 2, 5, 10].find((one) => one * power >= wanted * 0.999) ?? 10;
  return digit * power;
}

// Where a drag of so many pixels takes a number: to a multiple of its step, so that it has few
// digits. `fine` is a tenth of it.
export function dragged(number, pixels, step, fine = false) {
  const unit = fine ? step / 10 : step;
  const to = Math.round(number / unit + pixels) * unit;
  return Number(to.toPrecision(12)) + 0;
}

// The changes as an address has them: [["n3", "2.5"], ["n7", "-1"]]; and back. What is no leaf, or
// no number, is left out.
export function changesTold(changes) {
  return [...changes].map(([node, number]) => [`n${node}`, String(number)]);
}

export function changesFrom(pairs, leaves) {
  const changes = new Map();
  for (const [name, told] of pairs) {
    const [node, number] = [Number(name.slice(1)), Number(told)];
    if (name.startsWith("n") && leaves.has(node) && told && !Number.isNaN(number)) changes.set(node, number);
  }
  return changes;
}
