// What other programs can ask of a page, and do with it: `window.autograd`.
import { derivative } from "./passes.mjs";
import { isKnown } from "./state.mjs";

// set(name, number)   change a leaf; an unknown name, another node or no number is an error
// reset()             all leaves as recorded
// values()            node's name -> number, of all nodes that have one
// gradients()         node's name -> d(output)/d(node), of the whole backward pass; {} without values
// goto(position)      steps done, forward and then backward; position() says how many are
// The window's event "autograd" tells, whenever something else is shown, the position and which
// node is chosen (its number in the trace, -1 for none): event.detail is { position, node }.
export function api(here, act) {
  const nodes = here.data.names.map((name, node) => [name, node]);

  function set(name, number) {
    const found = nodes.find(([called]) => called === name);
    if (!found) throw new Error(`no node is called ${name}`);
    if (!here.leaves.has(found[1])) throw new Error(`${name} is no leaf that can be changed`);
    if (typeof number !== "number") throw new TypeError(`${name} takes a number, not ${typeof number}`);
    act.change(found[1], number);
  }

  function values() {
    const known = nodes.filter(([, node]) => isKnown(here.line, here.numbers, node, here.line.forward));
    return Object.fromEntries(known.map(([name, node]) => [name, here.numbers.values[node]]));
  }

  function gradients() {
    if (here.numbers.failed) return {};
    return Object.fromEntries(nodes.map(([name, node]) => [name, derivative(here.line, here.numbers, node)]));
  }

  return { set, reset: act.setBack, values, gradients, goto: act.move, position: () => here.position };
}

export function tellOthers({ position, chosen }) {
  dispatchEvent(new CustomEvent("autograd", { detail: { position, node: chosen } }));
}
