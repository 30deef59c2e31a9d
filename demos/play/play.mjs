// The digit network, to play with: draw, train, ask a weight why.
import { told } from "./numbers.mjs";
import { filled } from "./words.mjs";
import { answerTo, costOf, curveOf, shade, stepped, verdictOn } from "./training.mjs";
import { byId, button, element, setText } from "./typeset.mjs";

const INPUTS = 12; // pixels: 4 rows of 3
const WIDE = 480; // of the curve
const HIGH = 160;
const EPOCHS_A_FRAME = 2;
const MOST_EPOCHS = 5000;

const data = JSON.parse(byId("data").textContent);
const here = {
  language: data.language,
  hidden: data.trained.hidden,
  seed: data.trained.seed,
  parameters: data.trained.parameters,
  costs: data.trained.costs,
  pixels: [...data.images[0].pixels],
  image: 0, // which of the images is in the frame; -1: a drawing of the reader's
  asked: -1, // the parameter that is asked why
  frame: 0, // of the animation that trains; 0: paused
  ended: "", // why it ended by itself: the key of its words
};

const word = (key, places) => filled(data.words[here.language][key], places);
const compute = () => programs[here.hidden];
const names = () => data.names[here.hidden];
const rate = () => Number(byId("rate").value);

// -- What is seen --

function showWords() {
  document.documentElement.lang = here.language;
  document.title = word("title");
  for (const place of document.querySelectorAll("[data-text]")) place.textContent = word(place.dataset.text);
  for (const place of document.querySelectorAll("[data-label]")) place.setAttribute("aria-label", word(place.dataset.label));
  for (const one of byId("languages").children) one.setAttribute("aria-pressed", String(one.lang === here.language));
}

function show() {
  const { cost, gradient } = costOf(compute(), here.parameters, data.images);
  showPad();
  showAnswer();
  showUnits();
  showCurve(cost);
  showImages();
  showWhy(gradient);
}

function showPad() {
  [...byId("pad").children].forEach((cell, k) => {
    cell.setAttribute("aria-pressed", String(here.pixels[k] > 0.5));
    cell.setAttribute("aria-label", word("pixel", { row: Math.floor(k / 3) + 1, column: (k % 3) + 1 }));
  });
}

function showAnswer() {
  const { outputs } = answerTo(compute(), here.parameters, here.pixels);
  const { key, digit } = verdictOn(outputs);
  byId("verdict").textContent = word(key, { answer: digit });
  outputs.forEach((excitement, k) => setBar(byId(`output-${k}`), excitement));
}

function setBar(bar, excitement) {
  bar.firstElementChild.style.width = `${100 * excitement}%`;
  bar.lastElementChild.textContent = excitement.toFixed(3);
}

function bar(id, name = "") {
  const made = element("div", undefined, "bar");
  made.id = id;
  made.append(element("span", undefined, "full"), element("b", name, "name"), element("span", undefined, "number"));
  return made;
}

// A card for each unit: its weights as a picture, its bias, how excited it is now.
function buildUnits() {
  byId("units").replaceChildren(...Array.from({ length: here.hidden + 2 }, (_, unit) => card(unit)));
}

function card(unit) {
  const hidden = unit < here.hidden;
  const { layer, index, first, count } = placeOf(unit);
  const made = element("div", undefined, "card");
  made.append(setText([`a`, { sub: String(index) }, { sup: String(layer) }], element("h3")));
  const grid = element("div", undefined, hidden ? "weights" : "weights row");
  for (let k = 0; k <= count; k++) {
    const cell = button([], () => { here.asked = here.asked === first + k ? -1 : first + k; show(); });
    cell.dataset.parameter = first + k;
    if (k === count) cell.className = "bias";
    grid.append(cell);
  }
  made.append(grid, bar(`unit-${unit}`));
  return made;
}

// Where a unit's parameters stand: its weights from `first` on, so many, and then its bias.
function placeOf(unit) {
  const hidden = unit < here.hidden;
  const count = hidden ? INPUTS : here.hidden;
  const first = hidden ? unit * (INPUTS + 1) : here.hidden * (INPUTS + 1) + (unit - here.hidden) * (here.hidden + 1);
  return { layer: hidden ? 2 : 3, index: hidden ? unit + 1 : unit - here.hidden + 1, first, count };
}

function showUnits() {
  const { hidden, outputs } = answerTo(compute(), here.parameters, here.pixels);
  [...hidden, ...outputs].forEach((excitement, unit) => {
    const { first, count } = placeOf(unit);
    const weights = here.parameters.slice(first, first + count + 1);
    byId("units").children[unit].querySelectorAll("button").forEach((cell, k) => {
      const strength = shade(weights[k], weights);
      const colour = strength >= 0 ? "var(--excites)" : "var(--calms)";
      cell.style.background = `color-mix(in srgb, ${colour} ${Math.round(100 * Math.abs(strength))}%, var(--paper))`;
      const label = `${names()[first + k]} = ${told(weights[k], 4)}`;
      cell.title = label;
      cell.setAttribute("aria-label", label);
      cell.setAttribute("aria-pressed", String(here.asked === first + k));
    });
    setBar(byId(`unit-${unit}`), excitement);
  });
}

function showCurve(cost) {
  byId("line").setAttribute("points", curveOf([...here.costs, cost], WIDE, HIGH));
  const key = here.ended || (here.costs.length ? "trained" : "untrained");
  byId("cost").textContent = word(key, { epochs: here.costs.length, cost: cost.toFixed(4) });
  byId("play").textContent = word(here.frame ? "pause" : "play");
  const right = data.images.filter((image) => isRight(image)).length;
  byId("right").textContent = word("right", { right, count: data.images.length });
}

function isRight(image) {
  const { outputs: [zero, one] } = answerTo(compute(), here.parameters, image.pixels);
  return (zero >= one ? 0 : 1) === image.digit;
}

function buildImages() {
  byId("images").append(...data.images.map((image, k) => {
    const made = button([], () => { draw(image.pixels, k); });
    for (const pixel of image.pixels) made.append(element("i", undefined, pixel ? "on" : "off"));
    return made;
  }));
}

function showImages() {
  [...byId("images").children].forEach((thumb, k) => {
    const right = isRight(data.images[k]);
    thumb.className = right ? "thumb" : "thumb wrong";
    const label = word(right ? "image right" : "image wrong", { number: k + 1, digit: data.images[k].digit });
    thumb.title = label;
    thumb.setAttribute("aria-label", label);
    thumb.setAttribute("aria-pressed", String(here.image === k));
  });
}

// Why a parameter's gradient is what it is, and the way to the stepper with these numbers.
function showWhy(gradient) {
  byId("why").hidden = here.asked < 0;
  if (here.asked < 0) return;
  const name = names()[here.asked];
  const known = here.image >= 0;
  const [value, all] = [told(here.parameters[here.asked], 4), told(gradient[here.asked], 4)];
  byId("why-title").textContent = `${name} = ${value}`;
  const lines = [word("why all", { name, all, count: data.images.length })];
  const link = byId("step-link");
  link.hidden = true;
  if (known) {
    const { pixels, target, digit } = data.images[here.image];
    const [, slopes] = compute()(here.parameters, pixels, target);
    lines.push(word("why one", { name, one: told(slopes[here.asked], 4) }));
    const stepper = data.steppers[digit];
    if (stepper && stepper.hidden === here.hidden) {
      link.href = stepperAddress(stepper, name, pixels);
      link.hidden = false;
    }
  } else lines.push(word("why drawn"));
  byId("why-words").replaceChildren(...lines.map((line) => element("p", line)));
}

// The stepper on this image with these weights, at the step that completes a parameter's gradient.
function stepperAddress({ file, nodes }, name, pixels) {
  const pairs = names().map((each, k) => [nodes[each]?.[0], here.parameters[k]]);
  pixels.forEach((pixel, k) => pairs.push([nodes[`a_${k + 1}^1`]?.[0], pixel]));
  const changed = pairs.filter(([node]) => node !== undefined).map(([node, number]) => [`n${node}`, String(number)]);
  return `${file}#${new URLSearchParams([["step", String(nodes[name][1])], ...changed])}`;
}

// -- What the reader does --

function draw(pixels, image) {
  here.pixels = [...pixels];
  here.image = image;
  show();
}

// Paint pixel by pixel, with a mouse or a finger: all that one stroke touches gets one colour.
function watchPad() {
  let paint = -1;
  const put = (cell, value) => {
    const k = [...byId("pad").children].indexOf(cell);
    if (k < 0 || here.pixels[k] === value) return;
    const pixels = [...here.pixels];
    pixels[k] = value;
    draw(pixels, data.images.findIndex((image) => image.pixels.every((pixel, i) => pixel === pixels[i])));
  };
  for (let k = 0; k < INPUTS; k++) {
    const cell = element("button");
    cell.type = "button";
    cell.dataset.place = k;
    byId("pad").append(cell);
    cell.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      put(cell, 1 - here.pixels[k]);
    });
  }
  byId("pad").addEventListener("pointerdown", (event) => {
    const k = [...byId("pad").children].indexOf(event.target);
    if (k < 0) return;
    byId("pad").setPointerCapture(event.pointerId);
    paint = 1 - here.pixels[k];
    put(event.target, paint);
  });
  byId("pad").addEventListener("pointermove", (event) => {
    if (paint >= 0) put(document.elementFromPoint(event.clientX, event.clientY), paint);
  });
  for (const end of ["pointerup", "pointercancel"]) byId("pad").addEventListener(end, () => { paint = -1; });
}

function epoch() {
  const { cost, gradient } = costOf(compute(), here.parameters, data.images);
  const next = stepped(here.parameters, gradient, rate());
  if (next === null || here.costs.length >= MOST_EPOCHS) {
    here.ended = next === null ? "overshot" : "enough";
    pause();
    return;
  }
  here.costs.push(cost);
  here.parameters = next;
}

function play() {
  for (let k = 0; k < EPOCHS_A_FRAME && here.frame; k++) epoch();
  show();
  if (here.frame) here.frame = requestAnimationFrame(play);
}

function pause() {
  cancelAnimationFrame(here.frame);
  here.frame = 0;
}

function toggle() {
  if (here.frame) pause();
  else {
    here.ended = "";
    here.frame = requestAnimationFrame(play);
  }
  show();
}

// Start again from the starting weights of the chosen seed and hidden units.
function restart() {
  pause();
  here.hidden = Number(byId("hidden").value);
  here.seed = Number(byId("seed").value);
  Object.assign(here, { parameters: [...data.starts[here.hidden][here.seed]], costs: [], asked: -1, ended: "" });
  buildUnits();
  show();
}

function options(id, values, chosen) {
  for (const value of values) {
    const option = element("option", String(value));
    option.value = value;
    option.selected = value === chosen;
    byId(id).append(option);
  }
}

for (const language of Object.keys(data.words)) {
  const made = button([data.words[language].language], () => { here.language = language; showWords(); show(); });
  made.lang = language;
  byId("languages").append(made);
}
options("hidden", Object.keys(data.starts).map(Number), here.hidden);
options("seed", Object.keys(data.starts[here.hidden]).map(Number), here.seed);
byId("rate").value = data.trained.rate;
byId("outputs").append(bar("output-0", "0"), bar("output-1", "1"));
watchPad();
buildUnits();
buildImages();
byId("clear").addEventListener("click", () => draw(Array(INPUTS).fill(0), -1));
byId("play").addEventListener("click", toggle);
byId("one").addEventListener("click", () => { pause(); here.ended = ""; epoch(); show(); });
byId("again").addEventListener("click", restart);
byId("hidden").addEventListener("change", restart);
byId("seed").addEventListener("change", restart);
showWords();
show();
window.digits = { // for whoever tests or embeds the page
  costs: () => [...here.costs], parameters: () => [...here.parameters],
  train: (epochs) => { for (let k = 0; k < epochs; k++) epoch(); show(); return here.costs.length; }, restart,
};
