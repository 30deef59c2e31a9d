// What else one can do with the page: find a step, send a link, keep the picture, print, present.
import { SEARCHED, found } from "./finding.mjs";
import { said, say, tellingOf } from "./step.mjs";
import { equationOf, sentenceOf, sentencesOf } from "./telling.mjs";
import { byId, element, setEquation, setText, typeset } from "./typeset.mjs";

const PIXELS = 2; // per point of a PNG

// Let the tools work; `act` can move to a position, and has the picture that is seen.
export function watchTools(here, act) {
  for (const what of SEARCHED) {
    const option = element("option");
    option.value = what;
    byId("find").append(option);
  }
  for (const [id, direction] of [["find-back", -1], ["find-next", 1]]) {
    byId(id).addEventListener("click", () => {
      const { data, line, numbers, position, chosen } = here;
      const to = found(data, line, numbers, position, direction, byId("find").value, chosen);
      if (to === undefined) tell(here, "nothing found");
      else act.move(to);
    });
  }
  byId("copy").addEventListener("click", () => copy(here));
  byId("svg").addEventListener("click", () => save("backprop.svg", new Blob([asFile(act.picture())], { type: "image/svg+xml" })));
  byId("png").addEventListener("click", () => savePixels(act.picture()));
  byId("print").addEventListener("click", () => { listSteps(here); print(); });
  byId("present").addEventListener("click", () => {
    const presents = document.documentElement.classList.toggle("presents");
    byId("present").setAttribute("aria-pressed", String(presents));
  });
  addEventListener("click", (event) => {
    if (!byId("tools").contains(event.target)) byId("tools").open = false;
  });
}

export function showTools(here) {
  for (const option of byId("find").children) option.textContent = said(here, option.value);
  byId("told").textContent = "";
}

function tell(here, key) {
  byId("told").textContent = said(here, key);
}

async function copy(here) {
  try {
    await navigator.clipboard.writeText(location.href);
    tell(here, "copied");
  } catch { // not allowed here: the reader copies it
    byId("told").textContent = location.href;
  }
}

function save(name, blob) {
  const link = element("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// The picture as it is seen, as a file of its own: with the looks that the page's style has.
function asFile(svg) {
  const copied = svg.cloneNode(true);
  const looks = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight",
    "font-family", "text-anchor", "visibility", "opacity"];
  const originals = svg.querySelectorAll("*");
  copied.querySelectorAll("*").forEach((shape, k) => {
    const seen = getComputedStyle(originals[k]);
    for (const look of looks) shape.setAttribute(look, seen.getPropertyValue(look));
  });
  const { width, height } = svg.viewBox.baseVal;
  copied.setAttribute("width", width);
  copied.setAttribute("height", height);
  return new XMLSerializer().serializeToString(copied);
}

function savePixels(svg) {
  const image = new Image();
  const { width, height } = svg.viewBox.baseVal;
  image.onload = () => {
    const canvas = element("canvas");
    [canvas.width, canvas.height] = [PIXELS * width, PIXELS * height];
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save("backprop.png", blob));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(asFile(svg))}`;
}

// All steps as a list, for paper.
function listSteps(here) {
  const telling = tellingOf(here);
  const list = byId("all-steps");
  list.replaceChildren(setText(say(here, "title", { output: here.data.names[here.line.output] }), element("h2")));
  for (const step of [...here.data.forward, ...here.data.steps]) {
    const one = element("section");
    const formula = element("p", undefined, "formula");
    one.append(setText(sentenceOf(telling, step.heading), element("h3")), formula);
    setEquation(formula, equationOf(telling, step.formula));
    for (const sentence of sentencesOf(telling, step.words)) one.append(typeset(sentence, element("p")));
    list.append(one);
  }
}
