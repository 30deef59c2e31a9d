// The picture for those who hear it or use no mouse: nodes and edges can be reached with Tab, and
// say what they are, what they have, and whether the present step is about them.
import { told } from "./numbers.mjs";
import { gradientAt, valueAt } from "./state.mjs";
import { plainNameOf, said } from "./step.mjs";

// Let the shapes of a picture be reached; `act` can choose a node, open a box, move to a position.
export function makeReachable(here, picture, act) {
  picture.svg.setAttribute("role", "group");
  for (const [shape, nodes] of picture.inside) {
    const node = nodes[nodes.length - 1];
    const own = shape.dataset.id === `n${node}`;
    reach(shape, () => (own ? act.choose(node) : act.open(here.data.nodes[node].box)));
  }
  const steps = new Map(); // shape -> its first step
  here.data.steps.forEach((step, k) => {
    const shape = picture.edges.get(`e${step.child}_${step.place}`);
    if (shape && !steps.has(shape)) steps.set(shape, k + 1);
  });
  picture.steps = steps;
  for (const [shape, step] of steps) reach(shape, () => act.move(here.line.forward + step));
}

function reach(shape, choose) {
  shape.setAttribute("tabindex", "0");
  shape.setAttribute("role", "img"); // a button would have to be called by the text in it
  shape.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    choose();
  });
}

// What each shape says at the present step.
export function showSpoken(here, picture, lit) {
  const { line, numbers, position } = here;
  const litNodes = new Set(lit.nodes);
  for (const [shape, nodes] of picture.inside) {
    const node = nodes[nodes.length - 1];
    const parts = [shape.dataset.id.startsWith("g") ? here.data.boxNames[here.data.nodes[node].box] : plainNameOf(here, node)];
    const value = valueAt(line, numbers, node, position);
    const gradient = here.data.nodes[node].constant ? undefined : gradientAt(line, numbers, node, position);
    if (value !== undefined) parts.push(`${said(here, "value")} ${told(value)}`);
    if (gradient !== undefined) parts.push(`${said(here, "gradient")} ${told(gradient)}`);
    if (nodes.some((one) => litNodes.has(one))) parts.push(said(here, "lit"));
    labelShape(shape, parts);
  }
  for (const [shape, step] of picture.steps ?? []) {
    const { child, parent, place } = here.data.steps[step - 1];
    const parts = [said(here, "edge", { node: plainNameOf(here, child), parent: plainNameOf(here, parent) })];
    if (lit.edges.includes(`e${child}_${place}`)) parts.push(said(here, "lit"));
    labelShape(shape, parts);
  }
}

function labelShape(shape, parts) {
  const text = parts.join(", ");
  if (shape.getAttribute("aria-label") !== text) shape.setAttribute("aria-label", text);
}
