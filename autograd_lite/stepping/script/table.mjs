// The table of values and gradients so far.
import { NOT_YET, told } from "./numbers.mjs";
import { gradientAt, isComplete, receiverAt, valueAt } from "./state.mjs";
import { scrollToSee } from "./sizes.mjs";
import { byId, button, element } from "./typeset.mjs";
import { piecesOf, said } from "./step.mjs";
import { leafField, showField } from "./change.mjs";

const MANY = 300; // rows: of more, the columns keep their widths, or every step lays out all

// Make a row for every node but constants, output first; `choose` is called with a node, `change`
// with a leaf and its new number, `made` with a node and its row. Of many, the later ones are made
// once the page is seen.
export function buildTable(here, { choose, change, made }) {
  const rows = new Map();
  const nodes = here.data.nodes.map((_, node) => node).reverse().filter((node) => !here.data.nodes[node].constant);
  const build = (some) => {
    for (const node of some) {
      const row = rowOf(here, node, choose, change);
      rows.set(node, row);
      made(node, row);
    }
    byId("rows").append(...some.map((node) => rows.get(node)));
  };
  build(nodes.slice(0, MANY));
  if (nodes.length > MANY) {
    byId("rows").parentNode.classList.add("many");
    requestAnimationFrame(() => setTimeout(() => {
      build(nodes.slice(MANY));
      showTable(here, rows);
    }));
  }
  return rows;
}

function rowOf(here, node, choose, change) {
  const row = element("tr");
  const first = element("td");
  first.append(button(piecesOf(here, node), () => choose(node)));
  row.append(first, element("td"), element("td"));
  const [, value, gradient] = row.children;
  const field = here.leaves.has(node) ? leafField(here, node, change) : null;
  if (field) value.append(field);
  row.parts = { value, gradient, field, shown: [] };
  return row;
}

export function showTable(here, rows) {
  const { data, line, numbers, position } = here;
  const receiver = receiverAt(data, line, here.asked || position);
  const done = said(here, "done");
  for (const [node, row] of rows) {
    const { field, shown: before } = row.parts;
    const gradient = gradientAt(line, numbers, node, position);
    const now = [valueAt(line, numbers, node, position), gradient, isComplete(line, node, position), node === receiver, done];
    if (field) now.push(field.value, here.changes.has(node));
    if (now.every((part, k) => Object.is(part, before[k]))) continue;
    showRow(row, now);
    if (!field) continue;
    showField(here, field, node);
    now[now.length - 2] = field.value;
  }
  const row = rows.get(receiver);
  if (row) bringIntoView(here, byId("rows-frame"), row, byId("rows-head").offsetHeight);
}

function showRow(row, now) { // only what changes: a big table is shown at every step
  const [value, gradient, complete, receives, done] = now;
  if (!row.parts.field) row.parts.value.textContent = shown(value);
  row.parts.gradient.textContent = shown(gradient);
  row.parts.gradient.title = complete ? done : "";
  row.classList.toggle("complete", complete);
  row.classList.toggle("now", receives);
  row.parts.shown = now;
}

// A number as the table has it; a dash where there is none yet.
export function shown(number) {
  return number === undefined ? NOT_YET : told(number);
}

export function bringIntoView(here, frame, item, head = 0) {
  const move = scrollToSee(frame.getBoundingClientRect(), item.getBoundingClientRect(), head);
  if (move.top === undefined && move.left === undefined) return;
  const behavior = here.calm.matches || here.timer ? "auto" : "smooth";
  frame.scrollBy({ behavior, ...move });
}
