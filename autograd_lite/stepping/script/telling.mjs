// What is told of a trace, with the numbers put in: facts, equations and choices as Python's
// `page_data` writes them down, and as `quantities` tells them.
//
// telling    { data, words of one language, number: place number -> number }
import { merged, plain } from "./pieces.mjs";
import { told } from "./numbers.mjs";
import { fill } from "./words.mjs";

const NEARLY_FLAT = 0.01;
const QUESTIONS = {
  "is zero": (number) => number === 0,
  "is nearly zero": (number) => Math.abs(number) < NEARLY_FLAT,
};

// A text with its numbers put in.
export function textOf(telling, pieces) {
  return merged(pieces.map((piece) => {
    if (typeof piece === "number") return numberText(telling, piece);
    if (Array.isArray(piece.sup)) return { sup: plain(textOf(telling, piece.sup)) };
    return piece;
  }));
}

function numberText(telling, place) {
  const number = telling.number(place < 0 ? ~place : place);
  const written = told(number);
  return place < 0 && number < 0 ? `(${written})` : written;
}

// The sides of an equation, without one that only repeats the one before.
export function sidesOf(telling, { sides }) {
  const shown = [];
  for (const side of sides) {
    const written = textOf(telling, telling.data.texts[side]);
    if (!shown.length || plain(written) !== plain(shown[shown.length - 1])) shown.push(written);
  }
  return shown;
}

// The facts and equations that hold.
export function chosen(telling, tellings) {
  return tellings.flatMap((one) => {
    if (!one.question) return [one];
    const answer = QUESTIONS[one.question](telling.number(one.of));
    return chosen(telling, answer ? one.yes : one.no);
  });
}

// The words of a fact.
export function sentenceOf(telling, [key, parts]) {
  const places = {};
  for (const [place, part] of Object.entries(parts)) places[place] = partOf(telling, part);
  return fill(telling.words[key], places);
}

function partOf(telling, part) {
  if (typeof part === "number") return textOf(telling, telling.data.texts[part]);
  if (Array.isArray(part)) return sentenceOf(telling, part);
  if (part.sides === undefined) return part;
  return sidesOf(telling, part).flatMap((side, k) => (k ? [" = ", ...side] : side));
}

// The sentences that hold.
export function sentencesOf(telling, tellings) {
  return chosen(telling, tellings).map((fact) => sentenceOf(telling, fact));
}

// The one equation that holds.
export function equationOf(telling, equation) {
  return sidesOf(telling, chosen(telling, [equation])[0]);
}
