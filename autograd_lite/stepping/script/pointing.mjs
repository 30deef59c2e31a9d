// Pointing at a term of a formula lights what it is of; a click on a number goes to where it came
// from; and the timeline shows when a chosen node got its gradient.
import { edgeOfStep, isBackward, stepAt } from "./state.mjs";
import { byId, element } from "./typeset.mjs";

// What a term of the present formula is of: a node, an edge, or nothing.
function pointedAt(here, term) {
  const text = term.textContent;
  const step = stepAt(here.data, here.line, here.asked || here.position);
  if (step === null || !isBackward(here.line, here.asked || here.position)) return {};
  if (text.startsWith("∂")) return { edge: edgeOfStep(step) };
  if (!/^d.*\/d/.test(text)) return {};
  return { node: term.closest(".left") ? step.parent : step.child };
}

export function watchPointing(here, picture) {
  for (const id of ["formula", "local"]) {
    byId(id).addEventListener("pointerover", (event) => {
      const term = event.target.closest(".whole");
      const { node, edge } = term ? pointedAt(here, term) : {};
      const shown = picture();
      const shape = shown.nodes.get(node) ?? shown.edges.get(edge);
      shape?.classList.add("pointed");
      if (shape) term.classList.add("term");
    });
    byId(id).addEventListener("pointerout", () => {
      for (const shape of document.querySelectorAll(".pointed")) shape.classList.remove("pointed");
    });
  }
}

// Let the numbers in the row of a node lead to the steps that gave them.
export function watchNumbers(here, node, row, move) {
  const [, value, gradient] = row.children;
  const [made, arrivals] = [here.line.madeIn[node], here.line.arrivals[node]];
  if (made) {
    value.classList.add("leads");
    value.addEventListener("click", () => move(made));
  }
  if (!arrivals.length) return;
  gradient.classList.add("leads");
  gradient.addEventListener("click", () => {
    const done = here.position - here.line.forward;
    const last = arrivals.filter((step) => step <= done).pop() ?? arrivals[0];
    move(here.line.forward + last);
  });
}

// Mark on the timeline when the chosen node was computed, and when its gradient arrived.
export function showTicks(here) {
  const { line, chosen } = here;
  const at = chosen < 0 ? [] : [line.madeIn[chosen], ...line.arrivals[chosen].map((step) => line.forward + step)];
  byId("ticks").replaceChildren(...at.filter(Boolean).map((position) => {
    const tick = element("span");
    tick.style.left = `${(100 * position / line.total).toFixed(2)}%`;
    return tick;
  }));
}
