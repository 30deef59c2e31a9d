// Pieces as elements: every text reaches the page as text, never as markup.
import { unbroken } from "./pieces.mjs";

export function byId(id) {
  return document.getElementById(id);
}

export function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function button(content, onClick, className) {
  const made = typeset(content, element("button", undefined, className));
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

// Append a text in pieces to an element, and return the element.
export function typeset(pieces, into) {
  for (const piece of pieces) {
    if (typeof piece === "string") into.append(piece);
    else if (piece.sub !== undefined) into.append(element("sub", piece.sub));
    else if (piece.sup !== undefined) into.append(element("sup", piece.sup));
    else into.append(typeset(piece.name, element("span", undefined, "name")));
  }
  return into;
}

// Let an element hold this text and nothing else.
export function setText(pieces, place) {
  place.replaceChildren();
  return typeset(pieces, place);
}

// An equation, its sides in pieces: it breaks at the equals signs, and between terms where a
// side alone is too wide, but never within a name or a number.
export function setEquation(place, sides) {
  place.replaceChildren();
  if (!sides.length) return;
  place.append(terms(sides[0], element("span", undefined, "left")));
  for (const side of sides.slice(1)) {
    place.append(" ", terms(["= ", ...side], element("span", undefined, "side")));
  }
}

function terms(pieces, into) {
  unbroken(pieces).forEach((group, k) => {
    if (k) into.append(" ");
    into.append(typeset(group, element("span", undefined, "whole")));
  });
  return into;
}
