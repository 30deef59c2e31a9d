// Buttons, timeline, keyboard, and the words on them.
import { template } from "./words.mjs";
import { keyLeads } from "./moving.mjs";
import { keyFactor } from "./sizes.mjs";
import { byId, button, element, setText } from "./typeset.mjs";
import { nameOf, plainNameOf, said, say, spoken } from "./step.mjs";

const BOX = "box "; // a view with one box open is called after it
const VIEW_WORDS = { unit: "view unit", node: "view node" };

// A button for every language that has words, each called by its own name.
export function buildLanguages(here, speak) {
  for (const language of Object.keys(here.data.words)) {
    const name = template(here.data.words, language, "language");
    const made = button([name], () => speak(language));
    made.id = made.lang = language;
    byId("languages").append(made);
  }
}

export function buildViews(here, open) {
  for (const view of here.data.views) {
    const option = element("option");
    option.value = view;
    byId("views").append(option);
  }
  byId("views-label").hidden = here.data.views.length < 2;
  byId("views").addEventListener("change", () => open(byId("views").value));
}

// The view in which a box is open, if the page has it.
export function viewOf(data, box) {
  return data.views.find((view) => view === BOX + box);
}

function viewName(here, view) {
  if (view.startsWith(BOX)) return said(here, "view box", { box: here.data.boxNames[view.slice(BOX.length)] });
  return said(here, VIEW_WORDS[view]);
}

// Write all words of the page that do not depend on the position.
export function showWords(here) {
  const title = say(here, "title", { output: nameOf(here, here.line.output) });
  document.documentElement.lang = here.language;
  document.title = said(here, "title", { output: plainNameOf(here, here.line.output) });
  setText(title, byId("title"));
  for (const place of document.querySelectorAll("[data-text]")) {
    place.textContent = said(here, place.dataset.text);
  }
  for (const place of document.querySelectorAll("[data-label]")) label(here, place, place.dataset.label);
  for (const option of byId("views").children) option.textContent = viewName(here, option.value);
  for (const one of byId("languages").children) {
    one.setAttribute("aria-pressed", String(one.lang === here.language));
  }
  showPlaying(here);
}

function label(here, place, key) {
  const text = said(here, key);
  place.setAttribute("aria-label", text);
  if (place.tagName === "BUTTON") place.title = text;
}

export function showPlaying(here) {
  const playing = here.timer !== 0;
  document.body.classList.toggle("playing", playing);
  byId("live").setAttribute("aria-live", playing ? "off" : "polite"); // nobody speaks as fast
  label(here, byId("play"), playing ? "pause" : "play");
}

export function showControls(here) {
  const slider = byId("slider");
  slider.value = here.position;
  slider.setAttribute("aria-valuetext", spoken(here));
  byId("first").disabled = byId("back").disabled = here.position === 0;
  byId("next").disabled = byId("last").disabled = here.position === here.line.total;
}

// Let buttons, slider and keys do what `act` can: move, toggle, changeSpeed, zoomBy, close.
export function watchControls(here, act) {
  const { line } = here;
  byId("slider").max = line.total;
  byId("band-forward").style.flexGrow = line.forward;
  byId("band-backward").style.flexGrow = line.backward;
  for (const [id, key] of [["first", "Home"], ["back", "ArrowLeft"], ["next", "ArrowRight"], ["last", "End"]]) {
    byId(id).addEventListener("click", () => act.move(keyLeads(line, here.position, key)));
  }
  byId("slider").addEventListener("input", () => act.move(Number(byId("slider").value)));
  byId("play").addEventListener("click", act.toggle);
  byId("speed").addEventListener("change", act.changeSpeed);
  byId("close").addEventListener("click", act.close);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (press(here, act, event.key, event.target.tagName)) event.preventDefault();
  });
}

// Do what a key means, unless the control that has the focus knows it better.
function press(here, act, key, tag) {
  if (["SELECT", "INPUT"].includes(tag) && key !== " ") return false;
  if (key === " " && ["BUTTON", "SELECT"].includes(tag)) return false;
  const to = keyLeads(here.line, here.position, key);
  const factor = keyFactor(key);
  if (to !== undefined) act.move(to);
  else if (factor !== undefined) act.zoomBy(factor);
  else if (key === " ") act.toggle();
  else if (key === "Escape" && here.chosen >= 0) act.close();
  else return false;
  return true;
}
