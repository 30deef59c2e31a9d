// The step at a position: heading, formulas, sentences.
import { fill, filled, template } from "./words.mjs";
import { doneAt, isBackward, stepAt } from "./state.mjs";
import { byId, element, setEquation, setText, typeset } from "./typeset.mjs";

// The words of a key in the language of the reader, as pieces and as a plain text.
export function say(here, key, places) {
  return fill(template(here.data.words, here.language, key), places);
}

export function said(here, key, places) {
  return filled(template(here.data.words, here.language, key), places);
}

export function nameOf(here, node) {
  return [{ name: here.data.nodes[node].pieces }];
}

export function showStep(here) {
  const { data, line, position, language } = here;
  const step = stepAt(data, line, position);
  setText(step ? step.heading[language] : say(here, "start"), byId("heading"));
  setEquation(byId("local"), step?.local ?? []);
  setEquation(byId("formula"), step?.formula ?? []);
  const sentences = step ? [...step.words[language]] : [say(here, "before")];
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
