// The words in a picture, in the reader's language.
import { plain } from "./pieces.mjs";
import { drawn } from "./picture.mjs";

const LEVELS = { sub: 0.25, sup: -0.4 }; // how far down an index stands, in heights of letters
const SMALL = 0.75; // and how large it is

const SIDES = { start: 0, middle: 0.5, end: 1 };

export function sayPicture(here, picture) {
  const { svg } = picture;
  const wordsOf = (place, language) => here.data.pictured[place.dataset.w][language];
  svg.setAttribute("aria-label", plain(wordsOf(svg, here.language)));
  const places = [...svg.querySelectorAll("[data-w]")];
  if (picture.ready && !picture.fixed) {
    picture.fixed = true;
    for (const place of places) hold(place, wordsOf(place, here.data.laidOut));
  }
  for (const place of places) setWords(place, wordsOf(place, here.language));
}

// A heading stands at the right of its column, as the numbers do; the name of a box in its middle.
function hold(place, pieces) {
  setWords(place, pieces);
  const heading = place.closest("g.node") && Number(getComputedStyle(place).fontWeight) < 600;
  const anchor = heading ? "end" : place.closest("g.cluster") ? "start" : "middle";
  const box = place.getBBox();
  place.setAttribute("x", box.x + box.width * SIDES[anchor]);
  place.style.textAnchor = anchor;
}

// Let a text of a picture be words in pieces: an index is lowered or raised, and what follows is not.
function setWords(place, pieces) {
  const size = parseFloat(getComputedStyle(place).fontSize);
  let level = 0;
  place.replaceChildren();
  for (const piece of pieces) {
    const [[kind, text]] = typeof piece === "string" ? [["", piece]] : Object.entries(piece);
    const wanted = (LEVELS[kind] ?? 0) * size;
    const part = drawn("tspan", { dy: (wanted - level).toFixed(2), "font-size": kind ? SMALL * size : size });
    part.textContent = text;
    level = wanted;
    place.append(part);
  }
}
