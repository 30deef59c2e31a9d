// The step at a position: heading, formulas, sentences.
import { fill, filled, template } from "./words.mjs";
import { plain } from "./pieces.mjs";
import { numberAt } from "./passes.mjs";
import { equationOf, sentenceOf, sentencesOf } from "./telling.mjs";
import { doneAt, isBackward, stepAt } from "./state.mjs";
import { byId, element, setEquation, setText, typeset } from "./typeset.mjs";

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
  const { data, line, position } = here;
  const step = stepAt(data, line, position);
  const telling = tellingOf(here);
  setText(step ? sentenceOf(telling, step.heading) : say(here, "start"), byId("heading"));
  setEquation(byId("local"), step?.local ? equationOf(telling, step.local) : []);
  setEquation(byId("formula"), step ? equationOf(telling, step.formula) : []);
  const sentences = step ? sentencesOf(telling, step.words) : [say(here, "before")];
  if (position === line.forward) {
    sentences.push(say(here, "between", { output: nameOf(here, line.output) }));
  }
  byId("words").replaceChildren(...sentences.map((sentence) => typeset(sentence, element("p"))));
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
