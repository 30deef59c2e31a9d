// A page of the lessons: the language that is read, and the figures that are dragged.
import { filled, template } from "./words.mjs";
import { byId } from "./typeset.mjs";
import { curveFigure } from "./curve.mjs";
import { surfaceFigure } from "./surface.mjs";

const data = JSON.parse(byId("data").textContent);
const KINDS = { curve: curveFigure, surface: surfaceFigure };
const reader = { language: document.documentElement.lang };
const word = (key, places) => filled(template(data.words, reader.language, key), places);

const figures = data.figures.map((figure, k) =>
  KINDS[figure.kind](document.querySelector(`[data-figure="${k}"]`), figure, programs[k], word));

// Read in a language from now on: this page, and those that it leads to.
function readIn(language) {
  reader.language = language;
  document.documentElement.lang = language;
  document.title = data.titles[language];
  byId(`show-${language}`).checked = true;
  for (const link of document.querySelectorAll('a[href$=".html"], a[href*=".html#"]')) {
    if (!link.closest(".steps")) link.setAttribute("href", `${link.getAttribute("href").split("#")[0]}#${language}`);
  }
  for (const figure of figures) figure.show();
  reachWide();
}

// What is wider than the window is scrolled, by keyboard too.
function reachWide() {
  for (const part of document.querySelectorAll(".formulas, pre, .wide")) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}

function follow() {
  const asked = location.hash.slice(1);
  if (data.languages.includes(asked)) readIn(asked);
}

for (const language of data.languages) {
  byId(`show-${language}`).addEventListener("change", () => {
    history.replaceState(null, "", `#${language}`);
    readIn(language);
  });
}
addEventListener("hashchange", follow);
addEventListener("resize", reachWide);
document.addEventListener("toggle", reachWide, true); // code that is folded out
readIn(data.languages.find((language) => byId(`show-${language}`).checked) ?? reader.language);
follow();
window.lessons = { figures }; // for whoever tests or embeds the page
