// Write all that a page tells, as plain texts: for the tests that compare it with what Python tells.
// It reads lines of JSON, { text, language, program, changes: [[node, number], ...] }, with the page's data as
// a text, and answers with lines.
import { createInterface } from "node:readline";
import { plain } from "../autograd_lite/stepping/script/pieces.mjs";
import { told } from "../autograd_lite/stepping/script/numbers.mjs";
import { dataOf } from "../autograd_lite/stepping/script/forms.mjs";
import { numberAt } from "../autograd_lite/stepping/script/passes.mjs";
import { equationOf, sentenceOf, sentencesOf } from "../autograd_lite/stepping/script/telling.mjs";
import { passesWith } from "../autograd_lite/stepping/script/leaves.mjs";
import { timeline } from "../autograd_lite/stepping/script/state.mjs";

const exact = (number) => (Object.is(number, -0) ? "-0" : String(number));

function answer({ text, language, program, changes }) {
  const data = dataOf(text);
  const line = timeline(data);
  const run = program && new Function(`${program}\nreturn program;`)();
  const numbers = passesWith(data, run, new Map(changes));
  if (numbers.failed) return { failed: numbers.failed };
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
    values: [...numbers.values].map(exact),
    partials: [...numbers.partials].map(exact),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(answer(JSON.parse(line))));
}
