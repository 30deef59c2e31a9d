// One trace, shown: the forward pass, then the backward pass.
import { backprop } from "./passes.mjs";
import { isBackward, timeline } from "./state.mjs";
import { addressOf, millisecondsAt, positionAt, within } from "./moving.mjs";
import { byId } from "./typeset.mjs";
import { showStep } from "./step.mjs";
import { buildTable, showTable } from "./table.mjs";
import { findPictures, prepare, showPicture } from "./picture.mjs";
import { settle, watchPaper, zoom } from "./paper.mjs";
import { showNode } from "./node.mjs";
import {
  buildLanguages, buildViews, showControls, showPlaying, showWords, viewOf, watchControls,
} from "./controls.mjs";

const data = JSON.parse(byId("data").textContent);
for (const name of ["values", "start", "partials"]) data[name] = data[name].map(Number); // "NaN"

// Where the reader is. Everything else follows from it.
const here = {
  data,
  line: timeline(data),
  numbers: backprop(data, data.values, data.partials), // of both passes
  language: data.language,
  position: 0,
  chosen: -1, // the node whose panel is open
  view: data.views[0],
  scale: 0, // of the picture; 0: fitted
  timer: 0, // of playing; 0: paused
  address: "", // as we wrote it
  calm: matchMedia("(prefers-reduced-motion: reduce)"),
};
const pictures = findPictures(data);
const rows = buildTable(here, choose);

function show() {
  document.body.classList.toggle("forward-pass", !isBackward(here.line, here.position));
  showStep(here);
  showControls(here);
  showTable(here, rows);
  showPicture(here, pictures.get(here.view));
  if (here.chosen >= 0) showNode(here, move);
  remember();
}

function layOut() { // when a view is opened, and when its frame gets or changes its size
  const picture = pictures.get(here.view);
  if (!settle(here, picture)) return;
  prepare(here, picture, choose, openBox);
  showPicture(here, picture);
}

function zoomBy(factor, point) {
  zoom(here, pictures.get(here.view), factor, point);
}

function open(view) {
  here.view = view;
  here.scale = 0;
  for (const [name, picture] of pictures) picture.holder.hidden = name !== view;
  byId("views").value = view;
  layOut();
}

function openBox(box) {
  const view = viewOf(data, box);
  if (view !== undefined) open(view);
}

function choose(node) {
  here.chosen = node;
  byId("node").hidden = false;
  show();
  byId("node").focus({ preventScroll: true });
  byId("node").scrollTop = 0;
  byId("node").scrollIntoView({ block: "nearest" });
}

function close() {
  const button = rows.get(here.chosen)?.querySelector("button");
  here.chosen = -1;
  byId("node").hidden = true;
  show();
  button?.focus({ preventScroll: true });
}

function goto(position) {
  here.position = within(here.line, position);
  if (here.position === here.line.total) pause();
  show();
}

function move(position) {
  pause();
  goto(position);
}

function play() {
  if (here.position === here.line.total) here.position = 0;
  const wait = millisecondsAt(Number(byId("speed").value));
  here.timer = setInterval(() => goto(here.position + 1), wait);
  showPlaying(here);
  goto(here.position + 1);
}

function pause() {
  clearInterval(here.timer);
  here.timer = 0;
  showPlaying(here);
}

function toggle() {
  if (here.timer) pause();
  else play();
}

function changeSpeed() {
  if (!here.timer) return;
  pause();
  play();
}

function speak(language) {
  here.language = language;
  showWords(here);
  show();
}

function remember() {
  here.address = addressOf(here.line, here.position, here.address);
  try { history.replaceState(null, "", here.address); } catch { /* a notebook's frame has none */ }
}

function follow() {
  const to = positionAt(here.line, location.hash);
  if (to === undefined || location.hash === here.address) return false;
  here.position = to;
  here.address = location.hash;
  return true;
}

buildLanguages(here, speak);
buildViews(here, open);
watchControls(here, { move, toggle, changeSpeed, zoomBy, close });
watchPaper(zoomBy);
addEventListener("hashchange", () => { if (follow()) move(here.position); });
follow();
open(here.view);
speak(here.language);
new ResizeObserver(layOut).observe(byId("graph"));
