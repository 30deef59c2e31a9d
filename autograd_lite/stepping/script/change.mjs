// Changing a leaf: typed, dragged, or step by step with the arrow keys.
import { told, typed } from "./numbers.mjs";
import { dragged, stepOf } from "./leaves.mjs";
import { byId, button, element, setText } from "./typeset.mjs";
import { plainNameOf, said, say } from "./step.mjs";

const MOVED = 3; // px: less is a click

// Let a drag to the side on an element change a leaf; `change` is called with node and number.
export function scrub(here, target, node, change) {
  let from = null;
  let moved = false;
  target.classList.add("leaf");
  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || document.activeElement === target) return;
    event.stopPropagation(); // the paper under it stays where it is
    from = { x: event.clientX, number: here.numbers.values[node], step: stepOf(here.data.values[node]) };
    moved = false;
  });
  addEventListener("pointermove", (event) => {
    if (!from) return;
    const pixels = event.clientX - from.x;
    if (!moved && Math.abs(pixels) < MOVED) return;
    moved = true;
    event.preventDefault();
    change(node, dragged(from.number, pixels, from.step, event.shiftKey));
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { from = null; });
  target.addEventListener("click", (event) => {
    if (moved) event.stopImmediatePropagation(); // the end of a drag chooses nothing
    moved = false;
  }, { capture: true });
}

// A field with the number of a leaf.
export function leafField(here, node, change) {
  const field = element("input", undefined, "field");
  field.inputMode = "decimal";
  field.autocomplete = "off";
  field.spellcheck = false;
  scrub(here, field, node, change);
  field.addEventListener("change", () => {
    const number = typed(field.value);
    if (number === undefined) refuse(here, field);
    else change(node, number);
  });
  field.addEventListener("keydown", (event) => {
    event.stopPropagation(); // keys are the field's while it has the focus
    const steps = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === "Escape") {
      field.blur();
      showField(here, field, node);
    }
    if (!steps) return;
    event.preventDefault();
    change(node, dragged(here.numbers.values[node], steps, stepOf(here.data.values[node]), event.shiftKey));
  });
  field.addEventListener("blur", () => showField(here, field, node));
  return field;
}

function refuse(here, field) {
  field.setAttribute("aria-invalid", "true");
  field.title = said(here, "no number", { text: field.value });
}

// Show the present number of a leaf in its field, unless it is being typed.
export function showField(here, field, node) {
  const label = said(here, "value of", { node: plainNameOf(here, node) });
  if (field.getAttribute("aria-label") !== label) field.setAttribute("aria-label", label);
  field.classList.toggle("changed", here.changes.has(node));
  const number = here.numbers.values[node];
  if (document.activeElement === field && typed(field.value) === undefined) return;
  const text = told(number);
  if (Number(field.value) !== number || document.activeElement !== field) field.value = text;
  field.removeAttribute("aria-invalid");
  field.title = said(here, "drag");
}

// What changes the chosen leaf, in its panel: a field, a slider around the number of the record, and
// the way back. It stays while it is dragged; it is made anew for another leaf.
export function showChanger(here, change) {
  const place = byId("changer");
  const node = here.leaves.has(here.chosen) ? here.chosen : -1;
  place.hidden = node < 0;
  if (place.dataset.node !== String(node)) {
    place.dataset.node = node;
    place.replaceChildren(...(node < 0 ? [] : changer(here, node, change)));
  }
  if (node < 0) return;
  const [field, slider, back] = place.children;
  showField(here, field, node);
  slider.setAttribute("aria-label", field.getAttribute("aria-label"));
  if (document.activeElement !== slider) slider.value = here.numbers.values[node];
  back.hidden = !here.changes.has(node);
  setText(say(here, "set one back", { value: told(here.data.values[node]) }), back);
}

function changer(here, node, change) {
  const recorded = here.data.values[node];
  const step = stepOf(recorded);
  const middle = Math.round(recorded / step) * step;
  const slider = element("input", undefined, "slider");
  Object.assign(slider, { type: "range", min: middle - 400 * step, max: middle + 400 * step, step });
  slider.addEventListener("input", () => change(node, dragged(Number(slider.value), 0, step)));
  return [leafField(here, node, change), slider, button([], () => change(node, recorded), "jump")];
}
