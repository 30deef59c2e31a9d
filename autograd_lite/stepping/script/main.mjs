// One trace, shown: the forward pass, then the backward pass.
import { changeable, passesWith } from "./leaves.mjs";
import { isBackward, timeline } from "./state.mjs";
import { within } from "./moving.mjs";
import { byId } from "./typeset.mjs";
import { showStep } from "./step.mjs";
import { buildTable, showTable } from "./table.mjs";
import { findPictures, prepare, showPicture } from "./picture.mjs";
import { settle, watchPaper, zoom } from "./paper.mjs";
import { showNode } from "./node.mjs";
import { buildLanguages, buildViews, showControls, showWords, viewOf, watchControls } from "./controls.mjs";
import { player } from "./playing.mjs";
import { follow, remember } from "./address.mjs";
import { api } from "./api.mjs";

const data = JSON.parse(byId("data").textContent);
for (const name of ["values", "start", "partials"]) data[name] = data[name].map(Number); // "NaN"

// Where the reader is. Everything else follows from it.
const here = {
  data,
  line: timeline(data),
  changes: new Map(), // the leaves that are not as recorded: node -> number
  leaves: new Set(), // those that can be changed
  numbers: passesWith(data, program, new Map()), // of both passes
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
here.leaves = changeable(data, here.line);
const playing = player(here, goto);
const rows = buildTable(here, choose, change);

function show() {
  document.body.classList.toggle("forward-pass", !isBackward(here.line, here.position));
  showStep(here);
  showControls(here);
  showTable(here, rows);
  showPicture(here, pictures.get(here.view));
  if (here.chosen >= 0) showNode(here, move, change);
  remember(here);
}

function layOut() { // when a view is opened, and when its frame gets or changes its size
  const picture = pictures.get(here.view);
  if (!settle(here, picture)) return;
  prepare(here, picture, choose, openBox, change);
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

// Give a leaf another number: everything else follows.
function change(node, number) {
  if (Object.is(number, data.values[node])) here.changes.delete(node);
  else here.changes.set(node, number);
  recompute();
}

function setBack() {
  here.changes.clear();
  recompute();
}

function recompute() {
  here.numbers = passesWith(data, program, here.changes);
  byId("set-back").hidden = !here.changes.size;
  show();
}

function goto(position) {
  here.position = within(here.line, position);
  if (here.position === here.line.total) playing.pause();
  show();
}

function move(position) {
  playing.pause();
  goto(position);
}

function speak(language) {
  here.language = language;
  showWords(here);
  show();
}

function arrive() {
  if (follow(here)) here.numbers = passesWith(data, program, here.changes);
  byId("set-back").hidden = !here.changes.size;
  open(here.view);
  speak(here.language);
}

buildLanguages(here, speak);
buildViews(here, open);
watchControls(here, { move, toggle: playing.toggle, changeSpeed: playing.changeSpeed, zoomBy, close });
watchPaper(zoomBy);
byId("set-back").addEventListener("click", setBack);
addEventListener("hashchange", arrive);
arrive();
window.autograd = api(here, { change, setBack, move });
new ResizeObserver(layOut).observe(byId("graph"));
