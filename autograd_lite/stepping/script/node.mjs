// One node: what it is, where its value and gradient come from, and why.
import { gradientAt, valueAt } from "./state.mjs";
import { byId, button, element, setText, typeset } from "./typeset.mjs";
import { nameOf, said, say } from "./step.mjs";

const MOST_JUMPS = 24;

// Fill the panel of the chosen node; `jump` is called with a position.
export function showNode(here, jump) {
  const { data, line, position, language, chosen } = here;
  const node = data.nodes[chosen];
  setText(nameOf(here, chosen), byId("node-title"));
  const list = element("dl");
  const row = (key, ...content) => {
    const value = element("dd");
    value.append(...content);
    list.append(element("dt", said(here, key)), value);
  };
  row("op", node.op ? node.op[language] : said(here, node.constant ? "constant" : "leaf"));
  row("value", valueAt(data, line, chosen, position));
  row("gradient", gradientAt(data, line, chosen, position));
  const made = line.madeIn[chosen];
  if (made) {
    row("made", button(say(here, "to forward step", { number: made }), () => jump(made), "jump"));
  }
  if (chosen !== line.output) row("arrivals", ...arrivals(here, jump));
  if (node.line) row("line", `${node.line}  `, element("code", node.source));
  const why = node.why ? reasons(here, node.why[language]) : [];
  byId("node-body").replaceChildren(...why, list); // the table has the numbers; why is asked here
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
