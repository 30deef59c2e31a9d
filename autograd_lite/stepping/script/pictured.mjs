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
  for (const place of places) place.size ??= parseFloat(getComputedStyle(place).fontSize); // before anything changes
  if (picture.ready && !picture.fixed) {
    picture.fixed = true;
    for (const place of places) setWords(place, wordsOf(place, here.data.laidOut));
    const held = places.map(whereItStands);
    held.forEach(([anchor, x], k) => {
      places[k].setAttribute("x", x);
      places[k].style.textAnchor = anchor;
    });
  }
  for (const place of places) setWords(place, wordsOf(place, here.language));
}

// A heading stands at the right of its column, as the numbers do; the name of a box in its middle.
function whereItStands(place) {
  const heading = place.closest("g.node") && Number(getComputedStyle(place).fontWeight) < 600;
  const anchor = heading ? "end" : place.closest("g.cluster") ? "start" : "middle";
  const box = place.getBBox();
  return [anchor, box.x + box.width * SIDES[anchor]];
}

// Let a text of a picture be words in pieces: an index is lowered or raised, and what follows is not.
function setWords(place, pieces) {
  const { size } = place;
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
