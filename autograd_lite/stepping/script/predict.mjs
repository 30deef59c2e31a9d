// Predicting a step: what is asked, what is right, and what was likely done instead.
//
// A question is { answer, mistakes }: a mistake is [number, key], and the key names the words that
// tell it. The first mistake that gives a number is the one that is told.
import { told } from "./numbers.mjs";
import { isBackward } from "./state.mjs";

const CLOSE = 0.005; // of the answer: who computes by hand rounds
const CHOICES = 4;

// What is asked about the step that leads to a position.
export function questionAt(data, line, numbers, position) {
  if (isBackward(line, position)) return ofChainRule(data, line, numbers, position - line.forward);
  return ofValue(data, numbers, data.forward[position - 1]);
}

function ofChainRule(data, line, numbers, step) {
  const { child } = data.steps[step - 1];
  const before = line.earlier[step - 1] ? numbers.sums[line.earlier[step - 1] - 1] : 0;
  const [gradient, slope] = [numbers.arriving[child], numbers.partials[step - 1]];
  const product = numbers.products[step - 1];
  const mistakes = [];
  if (before !== 0) mistakes.push([product, "mistake forgot to add"]);
  mistakes.push([before + gradient, "mistake forgot the slope"], [before + slope, "mistake forgot the gradient"]);
  data.steps.forEach((other, k) => {
    if (other.child === child && k !== step - 1) mistakes.push([before + gradient * numbers.partials[k], "mistake other factor"]);
  });
  mistakes.push([before - product, "mistake sign"], [-(before + product), "mistake sign"], [before + gradient + slope, "mistake added"]);
  return { answer: numbers.sums[step - 1], mistakes };
}

function ofValue(data, numbers, { node, parents }) {
  const operands = parents.map((parent) => numbers.values[parent]);
  const answer = numbers.values[node];
  const mistakes = [[-answer, "mistake sign"]];
  if (operands.length === 2) {
    const [x, y] = operands;
    mistakes.push([x * y, "mistake multiplied"], [x + y, "mistake summed"], [x - y, "mistake subtracted"], [y - x, "mistake order"]);
  }
  for (const x of operands) mistakes.push([x, "mistake one operand"]);
  return { answer, mistakes };
}

// Whether a number is right: to three digits, or half a percent.
export function isRight({ answer }, number) {
  if (told(number, 3) === told(answer, 3)) return true;
  return Math.abs(number - answer) <= CLOSE * Math.abs(answer);
}

// What was likely done instead, as the key of its words.
export function mistakeOf({ mistakes }, number) {
  return mistakes.find(([other]) => told(other, 3) === told(number, 3))?.[1] ?? "mistake wrong";
}

// Four numbers to choose from, by size: the answer, likely mistakes, and what lies near.
export function choicesOf({ answer, mistakes }) {
  const near = [2 * answer, answer / 2, answer + 1, answer - 1, 0, 1];
  const wanted = [answer, ...mistakes.map(([number]) => number), ...near];
  const found = new Map(); // as shown -> number
  for (const number of wanted) {
    if (found.size < CHOICES && Number.isFinite(number) && !found.has(told(number, 3))) found.set(told(number, 3), number);
  }
  return [...found.values()].sort((x, y) => x - y);
}
