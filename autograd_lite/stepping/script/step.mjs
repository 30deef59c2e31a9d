// The step at a position: heading, formulas, sentences.
import { fill, filled, template } from "./words.mjs";
import { plain } from "./pieces.mjs";
import { numberAt } from "./passes.mjs";
import { equationOf, sentenceOf, sentencesOf, sidesOf } from "./telling.mjs";
import { doneAt, isBackward, isLost, stepAt } from "./state.mjs";
import { byId, element, setEquation, setText, typeset } from "./typeset.mjs";

const FAILURES = { domain: "no value", overflow: "too large", zero: "zero divisor" }; // by kind

// The words of a key in the language of the reader, as pieces and as a plain text.
export function say(here, key, places) {
  return fill(template(here.data.words, here.language, key), places);
}

export function said(here, key, places) {
  return filled(template(here.data.words, here.language, key), places);
}

// The name of a node: its pieces, set as a name, and as a plain text.
export function piecesOf(here, node) {
  return here.data.texts[here.data.nodes[node].name];
}

export function nameOf(here, node) {
  return [{ name: piecesOf(here, node) }];
}

export function plainNameOf(here, node) {
  return plain(piecesOf(here, node));
}

// What `telling` needs to put the present numbers into what is told, in the reader's language.
export function tellingOf(here) {
  const { data, line, numbers } = here;
  return {
    data,
    words: data.words[here.language],
    number: (place) => numberAt(data, line, numbers, data.places[place]),
  };
}

export function showStep(here) {
  const { data, line, numbers, position } = here;
  const step = stepAt(data, line, position);
  const telling = tellingOf(here);
  if (isLost(line, numbers, position)) {
    showFailure(here);
    return;
  }
  setText(step ? sentenceOf(telling, step.heading) : say(here, "start"), byId("heading"));
  setEquation(byId("local"), step?.local ? equationOf(telling, step.local) : []);
  setEquation(byId("formula"), step ? equationOf(telling, step.formula) : []);
  const sentences = step ? sentencesOf(telling, step.words) : [say(here, "before")];
  if (position === line.forward) {
    sentences.push(say(here, "between", { output: nameOf(here, line.output) }));
  }
  byId("words").replaceChildren(...sentences.map((sentence) => typeset(sentence, element("p"))));
}

// An op has no value: which, and what it would need.
function showFailure(here) {
  const { node, kind } = here.numbers.failed;
  const { domain } = here.data.nodes[node];
  const key = kind === "domain" && domain ? "no value where" : FAILURES[kind];
  const telling = tellingOf(here);
  const formula = here.data.forward[here.line.madeIn[node] - 1].formula;
  const sides = sidesOf(telling, formula).slice(0, -1); // the last one is the number
  setText(say(here, "no value at", { node: nameOf(here, node) }), byId("heading"));
  setEquation(byId("local"), []);
  setEquation(byId("formula"), sides);
  const sentences = [say(here, key, { node: nameOf(here, node), domain }), say(here, "go on")];
  byId("words").replaceChildren(...sentences.map((one) => typeset(one, element("p"))));
}

// A position in words: what a screen reader says of the timeline.
export function spoken(here) {
  const { line, position } = here;
  if (isBackward(line, position)) {
    return said(here, "step", { number: doneAt(line, position), count: line.backward });
  }
  if (position === 0) return said(here, "start");
  return said(here, "forward step", { number: position, count: line.forward });
}
