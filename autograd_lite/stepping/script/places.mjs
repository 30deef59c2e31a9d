// The numbers that stand in a picture: what each is, and how it is written there.
import { short, told } from "./numbers.mjs";
import { slopesOf } from "./passes.mjs";
import { gradientAt, isBackward } from "./state.mjs";

export const AROUND = 6; // points, in a box beside its number

// The places of numbers in a picture that is laid out: they keep where they stand, whatever comes.
export function findPlaces(svg) {
  return [...svg.querySelectorAll("[data-n]")].map((element) => {
    const [kind, ats] = element.dataset.n.split(":");
    const place = { element, kind, at: ats.split(",").map(Number), room: 0 };
    if (element.tagName === "text") fix(place);
    return place;
  });
}

// Alone in a box a number stands in the middle, in the columns of a closed one at the right.
function fix(place) {
  const { element } = place;
  const group = element.closest("g.node");
  const alone = group.dataset.id.startsWith("n");
  const own = element.getBBox();
  const around = element.parentNode.getBBox();
  const x = alone ? around.x + around.width / 2 : own.x + own.width;
  element.style.textAnchor = alone ? "middle" : "end";
  element.setAttribute("x", x);
  if (alone) place.room = around.width - AROUND;
}

// Write the numbers of the present passes where they stand.
export function showPlaces(here, places) {
  if (here.numbers.failed) { // what is left of it is not known
    for (const place of places) if (place.kind !== "value") put(place, "");
    for (const place of places) if (place.kind === "value") put(place, placeText(here, place));
    return;
  }
  const slopes = new Map(); // top -> the derivatives of it, worked out once for each
  for (const place of places) put(place, placeText(here, place, slopes));
}

// Write a text into a picture; one that is too wide for its room is squeezed into it.
export function put({ element, room }, text) {
  if (element.textContent === text) return;
  element.textContent = text;
  if (!room) return;
  element.removeAttribute("textLength");
  if (element.getComputedTextLength() <= room) return;
  element.setAttribute("textLength", room);
  element.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

function placeText(here, { kind, at }, slopes) {
  const { data, numbers } = here;
  if (kind === "value") return range(at.map((node) => numbers.values[node]));
  const [top, ...others] = at;
  const through = kind === "slope" || others.some((step) => data.steps[step - 1].child !== top);
  if (through && !isReached(here, top)) return "";
  if (!slopes.has(top)) slopes.set(top, slopesOf(data, numbers, top));
  const slope = slopes.get(top);
  if (kind === "slope") return range(others.map((node) => slope[node]));
  const along = (sum, step) => sum + numbers.partials[step - 1] * slope[data.steps[step - 1].child];
  return short(others.reduce(along, 0));
}

// Derivatives through a closed box are backprop's work: they are there once it has come to its result.
function isReached({ line, numbers, position }, node) {
  return isBackward(line, position) && gradientAt(line, numbers, node, position) !== undefined;
}

// A number, or the range of several, as a drawing has it.
export function range(numbers) {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  if (numbers.length === 1 || low === high || Number.isNaN(low)) return short(numbers[0]);
  return `${rough(low)} … ${rough(high)}`;
}

function rough(number) {
  return told(number, 3).replaceAll("-", "−").replace("inf", "∞");
}
