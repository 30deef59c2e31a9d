// The frame of the picture: fitted when it opens; drag to pan, wheel, buttons and keys to zoom.
import { fitted, keyFactor, wheelFactor, zoomed } from "./sizes.mjs";
import { byId } from "./typeset.mjs";

const DRAGGED = 4; // px: less is a click

// Set the size of a picture in its frame; false where the frame has no room (yet).
export function settle(here, picture) {
  const box = picture.svg.viewBox.baseVal;
  const size = here.scale || fitted(box, byId("graph").getBoundingClientRect());
  if (!size) return false;
  picture.svg.style.width = `${(box.width * size).toFixed(1)}px`;
  return true;
}

// Make the picture larger by a factor, 0 to fit it, and keep the point under (x, y) where it is.
export function zoom(here, picture, factor, point) {
  const paper = byId("paper");
  const frame = paper.getBoundingClientRect();
  const at = point ?? { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 };
  const before = picture.svg.getBoundingClientRect();
  const present = before.width / picture.svg.viewBox.baseVal.width;
  here.scale = factor ? zoomed(present, factor) : 0;
  if (!settle(here, picture)) return;
  const after = picture.svg.getBoundingClientRect();
  paper.scrollLeft += after.left + (at.x - before.left) / before.width * after.width - at.x;
  paper.scrollTop += after.top + (at.y - before.top) / before.height * after.height - at.y;
}

// The wheel zooms where the page has its window to itself; in a notebook or where the page
// scrolls, the wheel alone scrolls, and zooms with Ctrl (which is also what a pinch sends).
function wheelZooms(event) {
  const scrolls = document.documentElement.scrollHeight > innerHeight + 1;
  return event.ctrlKey || event.metaKey || !(scrolls || window.parent !== window);
}

export function watchPaper(zoomBy) {
  const paper = byId("paper");
  let from = null; // where a drag began
  let dragged = false;
  paper.addEventListener("wheel", (event) => {
    if (!wheelZooms(event)) return;
    event.preventDefault();
    zoomBy(wheelFactor(event.deltaY, event.deltaMode), { x: event.clientX, y: event.clientY });
  }, { passive: false });
  paper.addEventListener("pointerdown", (event) => {
    dragged = false;
    if (event.pointerType === "touch" || event.button !== 0) return; // a finger scrolls by itself
    from = { x: event.clientX, y: event.clientY, left: paper.scrollLeft, top: paper.scrollTop };
  });
  addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = [event.clientX - from.x, event.clientY - from.y];
    if (!dragged && Math.hypot(x, y) < DRAGGED) return;
    dragged = true;
    paper.classList.add("dragged");
    paper.scrollTo({ left: from.left - x, top: from.top - y, behavior: "instant" });
  });
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => { from = null; paper.classList.remove("dragged"); });
  }
  paper.addEventListener("click", (event) => {
    if (dragged) event.stopPropagation(); // the end of a drag is no choice of a node
  }, { capture: true });
  paper.addEventListener("keydown", (event) => {
    const sides = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!event.shiftKey || !sides) return;
    event.preventDefault();
    event.stopPropagation(); // without Shift the arrows step
    paper.scrollBy({ left: 60 * sides[0], top: 60 * sides[1] });
  });
  for (const [id, key] of [["smaller", "-"], ["larger", "+"], ["fit", "0"]]) {
    byId(id).addEventListener("click", () => zoomBy(keyFactor(key)));
  }
}
