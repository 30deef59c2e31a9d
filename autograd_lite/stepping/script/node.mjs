// One node: what it is, where its value and gradient come from, and why.
import { plain } from "./pieces.mjs";
import { sentenceOf, sentencesOf } from "./telling.mjs";
import { gradientAt, valueAt } from "./state.mjs";
import { byId, button, element, setText, typeset } from "./typeset.mjs";
import { nameOf, said, say, tellingOf } from "./step.mjs";
import { showChanger } from "./change.mjs";
import { shown } from "./table.mjs";

const MOST_JUMPS = 24;

// Fill the panel of the chosen node; `jump` is called with a position.
export function showNode(here, jump, change) {
  const { data, line, numbers, position, chosen } = here;
  const telling = tellingOf(here);
  const node = data.nodes[chosen];
  setText(nameOf(here, chosen), byId("node-title"));
  const list = element("dl");
  const row = (key, ...content) => {
    const value = element("dd");
    value.append(...content);
    list.append(element("dt", said(here, key)), value);
  };
  row("op", opWords(here, telling, node));
  if (!here.leaves.has(chosen)) row("value", shown(valueAt(line, numbers, chosen, position)));
  row("gradient", shown(gradientAt(line, numbers, chosen, position)));
  const made = line.madeIn[chosen];
  if (made) {
    row("made", button(say(here, "to forward step", { number: made }), () => jump(made), "jump"));
  }
  if (chosen !== line.output) row("arrivals", ...arrivals(here, jump));
  if (node.line) row("line", `${node.line}  `, element("code", node.source));
  const why = node.why && !here.predicting ? reasons(here, sentencesOf(telling, node.why)) : [];
  showChanger(here, change);
  byId("node-body").replaceChildren(...why, list); // the table has the numbers; why is asked here
}

// The word for what made a node; the name of an op of the learner's own is a text.
function opWords(here, telling, { op, constant }) {
  if (op === undefined) return said(here, constant ? "constant" : "leaf");
  return plain(typeof op === "number" ? here.data.texts[op] : sentenceOf(telling, op));
}

function arrivals(here, jump) {
  const steps = here.line.arrivals[here.chosen];
  if (!steps.length) return [said(here, "never")];
  const buttons = steps.slice(0, MOST_JUMPS).map((number) =>
    button(say(here, "to step", { number }), () => jump(here.line.forward + number), "jump"));
  return [...buttons, ` ${said(here, "complete", { number: steps[steps.length - 1] })}`];
}

function reasons(here, [claim, ...lines]) {
  const first = element("p", undefined, "why");
  first.append(element("strong", said(here, "why")), " ");
  typeset(claim, first);
  const list = element("ul");
  list.append(...lines.map((text) => typeset(text, element("li"))));
  return [first, list];
}
