// The table of values and gradients so far.
import { NOT_YET, told } from "./numbers.mjs";
import { gradientAt, isComplete, receiverAt, valueAt } from "./state.mjs";
import { scrollToSee } from "./sizes.mjs";
import { byId, button, element } from "./typeset.mjs";
import { piecesOf, said } from "./step.mjs";
import { leafField, showField } from "./change.mjs";

// Make a row for every node but constants, output first; `choose` is called with a node, `change`
// with a leaf and its new number.
export function buildTable(here, choose, change) {
  const rows = new Map();
  for (let node = here.line.output; node >= 0; node--) {
    if (here.data.nodes[node].constant) continue;
    const row = element("tr");
    const first = element("td");
    first.append(button(piecesOf(here, node), () => choose(node)));
    row.append(first, element("td"), element("td"));
    if (here.leaves.has(node)) row.children[1].append(leafField(here, node, change));
    byId("rows").append(row);
    rows.set(node, row);
  }
  return rows;
}

export function showTable(here, rows) {
  const { data, line, numbers, position } = here;
  const receiver = receiverAt(data, line, here.asked || position);
  const done = said(here, "done");
  for (const [node, row] of rows) {
    const [, value, gradient] = row.children;
    const complete = isComplete(line, node, position);
    const field = value.firstElementChild;
    if (field) showField(here, field, node);
    else write(value, shown(valueAt(line, numbers, node, position)));
    write(gradient, shown(gradientAt(line, numbers, node, position)));
    gradient.title = complete ? done : "";
    row.classList.toggle("complete", complete);
    row.classList.toggle("now", node === receiver);
  }
  const row = rows.get(receiver);
  if (row) bringIntoView(here, byId("rows-frame"), row, byId("rows-head").offsetHeight);
}

// A number as the table has it; a dash where there is none yet.
export function shown(number) {
  return number === undefined ? NOT_YET : told(number);
}

function write(cell, text) { // only what changes: a big table is shown at every step
  if (cell.textContent !== text) cell.textContent = text;
}

export function bringIntoView(here, frame, item, head = 0) {
  const move = scrollToSee(frame.getBoundingClientRect(), item.getBoundingClientRect(), head);
  if (move.top === undefined && move.left === undefined) return;
  const behavior = here.calm.matches || here.timer ? "auto" : "smooth";
  frame.scrollBy({ behavior, ...move });
}
