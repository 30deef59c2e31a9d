// One trace, seen: the forward pass, then the backward pass.
import { passesWith } from "./leaves.mjs";
import { dataOf } from "./forms.mjs";
import { reader } from "./reader.mjs";
import { isBackward } from "./state.mjs";
import { millisecondsAt, within } from "./moving.mjs";
import { byId } from "./typeset.mjs";
import { showStep } from "./step.mjs";
import { buildTable, showTable } from "./table.mjs";
import { findPictures, prepare, showPicture } from "./picture.mjs";
import { sayPicture } from "./pictured.mjs";
import { settle, watchPaper, zoom } from "./paper.mjs";
import { asksFor, showPredicting, showQuestion, showVerdict, watchAsking } from "./asking.mjs";
import { showNode } from "./node.mjs";
import { buildLanguages, buildViews, showControls, showWords, viewOf, watchControls } from "./controls.mjs";
import { player } from "./playing.mjs";
import { flow } from "./flow.mjs";
import { showTicks, watchNumbers, watchPointing } from "./pointing.mjs";
import { showTools, watchTools } from "./tools.mjs";
import { follow, remember } from "./address.mjs";
import { api, tellOthers } from "./api.mjs";

const data = dataOf(byId("data").textContent);
const here = reader(data, program);
const pictures = findPictures(data);
const playing = player(here, goto);
const answer = watchAsking(here, show);
const rows = buildTable(here, { choose, change, made: (node, row) => watchNumbers(here, node, row, move) });

function seen() {
  return pictures.get(here.view);
}

function show() {
  document.body.classList.toggle("forward-pass", !isBackward(here.line, here.position));
  if (here.asked) showQuestion(here, answer);
  else showStep(here);
  showVerdict(here);
  showPredicting(here);
  showControls(here);
  showTable(here, rows);
  showPicture(here, seen());
  showTicks(here);
  showTools(here);
  if (here.chosen >= 0) showNode(here, move, change);
  remember(here);
  tellOthers(here);
}

function layOut() { // when a view is opened, and when its frame gets or changes its size
  const picture = seen();
  if (!settle(here, picture)) return;
  prepare(here, picture, { choose, open: openBox, change, move });
  sayPicture(here, picture);
  showPicture(here, picture);
}

const zoomBy = (factor, point) => zoom(here, seen(), factor, point);

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
  const asks = asksFor(here, position);
  const onward = position === here.position + 1;
  here.verdict = null;
  here.asked = asks ? position : 0;
  if (asks) playing.pause();
  else here.position = within(here.line, position);
  if (here.position === here.line.total) playing.pause();
  show();
  if (onward) flow(here, seen(), millisecondsAt(here.timer ? Number(byId("speed").value) : 1));
}

function move(position) {
  playing.pause();
  goto(position);
}

function speak(language) {
  here.language = language;
  showWords(here);
  sayPicture(here, seen());
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
watchTools(here, { move, picture: () => seen().svg });
watchPointing(here, seen);
byId("set-back").addEventListener("click", setBack);
addEventListener("hashchange", arrive);
arrive();
window.autograd = api(here, { change, setBack, move });
new ResizeObserver(layOut).observe(byId("graph"));
