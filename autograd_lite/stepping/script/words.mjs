// The words of the page stand in the catalogue, by key, with {places} for what they are about.
import { merged, plain } from "./pieces.mjs";

const PLACE = /\{\{|\}\}|\{(\w+)\}/g;

// A template with its places filled in, as pieces; a place is given as pieces, text or number.
// An unknown place is an error: a sentence with a hole in it is worse than none.
export function fill(template, places = {}) {
  const pieces = [];
  let end = 0;
  for (const found of template.matchAll(PLACE)) {
    pieces.push(template.slice(end, found.index));
    end = found.index + found[0].length;
    if (found[1] === undefined) pieces.push(found[0][0]); // {{ is a brace
    else if (!(found[1] in places)) throw new Error(`nothing is given for {${found[1]}}`);
    else if (Array.isArray(places[found[1]])) pieces.push(...places[found[1]]);
    else pieces.push(String(places[found[1]]));
  }
  pieces.push(template.slice(end));
  return merged(pieces);
}

// The same as a plain text.
export function filled(template, places = {}) {
  return plain(fill(template, places));
}

// The template of a key in a language; an unknown key is an error.
export function template(words, language, key) {
  const found = words[language][key];
  if (found === undefined) throw new Error(`no words for ${key} in ${language}`);
  return found;
}
