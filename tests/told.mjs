// Write all that a page tells, as plain texts: for the tests that compare it with what Python tells.
// It reads lines of JSON, { data, language, changes: [[node, number], ...] }, and answers with lines.
import { createInterface } from "node:readline";
import { plain } from "../autograd_lite/stepping/script/pieces.mjs";
import { told } from "../autograd_lite/stepping/script/numbers.mjs";
import { backprop, numberAt } from "../autograd_lite/stepping/script/passes.mjs";
import { equationOf, sentenceOf, sentencesOf } from "../autograd_lite/stepping/script/telling.mjs";
import { timeline } from "../autograd_lite/stepping/script/state.mjs";

function answer({ data, language }) {
  for (const name of ["values", "start", "partials"]) data[name] = data[name].map(Number);
  const line = timeline(data);
  const numbers = backprop(data, data.values, data.partials);
  const telling = {
    data, words: data.words[language],
    number: (place) => numberAt(data, line, numbers, data.places[place]),
  };
  const step = (one) => ({
    heading: plain(sentenceOf(telling, one.heading)),
    local: one.local && equationOf(telling, one.local).map(plain),
    formula: equationOf(telling, one.formula).map(plain),
    words: sentencesOf(telling, one.words).map(plain),
  });
  return {
    steps: data.steps.map(step),
    forward: data.forward.map(step),
    why: data.nodes.map(({ why }) => why && sentencesOf(telling, why).map(plain)),
    sums: numbers.sums.map((number) => told(number)),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(answer(JSON.parse(line))));
}
