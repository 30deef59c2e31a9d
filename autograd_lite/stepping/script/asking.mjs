// Predicting, on the page: a step is asked for before it is shown, and a score is kept.
import { told, typed } from "./numbers.mjs";
import { equationOf, sentenceOf } from "./telling.mjs";
import { isLost, stepAt } from "./state.mjs";
import { choicesOf, isRight, mistakeOf, questionAt } from "./predict.mjs";
import { byId, button, setEquation, setText } from "./typeset.mjs";
import { said, say, tellingOf } from "./step.mjs";

const SYMBOLS = 2; // sides of an equation before its numbers

// Whether a move to a position is a step that is asked for first.
export function asksFor(here, position) {
  if (!here.predicting || position !== here.position + 1 || position > here.line.total) return false;
  if (isLost(here.line, here.numbers, position)) return false;
  return Number.isFinite(questionAt(here.data, here.line, here.numbers, position).answer);
}

// Show the question: which step, its formula in symbols, four numbers to choose from.
export function showQuestion(here, answer) {
  const step = stepAt(here.data, here.line, here.asked);
  const telling = tellingOf(here);
  setText(sentenceOf(telling, step.heading), byId("heading"));
  setEquation(byId("local"), []);
  setEquation(byId("formula"), [...equationOf(telling, step.formula).slice(0, SYMBOLS), ["?"]]);
  byId("words").replaceChildren();
  const question = questionAt(here.data, here.line, here.numbers, here.asked);
  byId("choices").replaceChildren(...choicesOf(question).map((choice) =>
    button([told(choice)], () => answer(choice))));
}

// Judge an answer: what is said of it, and the score that follows.
function judged(here, number) {
  const question = questionAt(here.data, here.line, here.numbers, here.asked);
  const right = isRight(question, number);
  const score = { right: here.score.right + Number(right), asked: here.score.asked + 1 };
  const key = right ? "right" : mistakeOf(question, number);
  return { score, verdict: { right, key, number: told(number), answer: told(question.answer) } };
}

export function showVerdict(here) {
  const place = byId("verdict");
  place.hidden = here.verdict === null;
  if (here.verdict === null) return;
  const { right, key, number, answer } = here.verdict;
  place.className = right ? "right" : "wrong";
  const reason = say(here, key);
  setText(right ? reason : say(here, "not right", { number, answer, reason }), place);
}

export function showPredicting(here) {
  const toggle = byId("predict");
  toggle.setAttribute("aria-pressed", String(here.predicting));
  const { right, asked } = here.score;
  toggle.textContent = asked ? said(here, "predict score", { right, asked }) : said(here, "predict");
  byId("ask").hidden = !here.asked;
}

// Let the form ask; `show` shows the page again. Returns what takes an answer.
export function watchAsking(here, show) {
  function answer(number) { // none: the reader wants to be told
    const { score, verdict } = number === undefined ? { score: here.score, verdict: null } : judged(here, number);
    Object.assign(here, { score, verdict, position: here.asked, asked: 0 });
    show();
    byId("next").focus({ preventScroll: true });
  }
  byId("predict").addEventListener("click", () => {
    Object.assign(here, { predicting: !here.predicting, asked: 0, verdict: null });
    show();
  });
  byId("tell").addEventListener("click", () => answer(undefined));
  byId("answer").addEventListener("keydown", (event) => event.stopPropagation());
  byId("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = byId("answer");
    const number = typed(field.value);
    field.toggleAttribute("aria-invalid", number === undefined);
    if (number === undefined) return;
    field.value = "";
    answer(number);
  });
  return answer;
}
