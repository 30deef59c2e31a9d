// The drawn graph: what is reached, what is lit, and the gradients beside the nodes.
import { short } from "./numbers.mjs";
import { edgeOfStep, gradientAt, isBackward, isKnown, litAt, reachedAt } from "./state.mjs";
import { arrowhead } from "./sizes.mjs";
import { coloursOf } from "./ways.mjs";
import { showEdges } from "./edges.mjs";
import { AROUND, findPlaces, put, showPlaces } from "./places.mjs";
import { scrub } from "./change.mjs";
import { makeReachable, showSpoken } from "./spoken.mjs";
import { byId } from "./typeset.mjs";
import { bringIntoView } from "./table.mjs";

const SVG = "http://www.w3.org/2000/svg";

// The page's pictures, by the name of the view: for each node and edge of the trace the shape
// that stands for it, itself, its closed box, or the one arrow drawn for several edges.
export function findPictures(data) {
  const pictures = new Map();
  for (const holder of document.querySelectorAll(".picture")) {
    const shapes = new Map();
    for (const shape of holder.querySelectorAll("g[data-id]")) shapes.set(shape.dataset.id, shape);
    const shownBy = data.shownBy[holder.dataset.view];
    const shapeOf = (part) => shapes.get(part) ?? shapes.get(shownBy[part]);
    const picture = {
      holder, svg: holder.querySelector("svg"), ready: false, fixed: false, places: [],
      colours: coloursOf(data),
      nodes: new Map(), // node -> shape
      edges: new Map(), // edge -> shape
      inside: new Map(), // shape -> the nodes that it stands for, in order
      tags: new Map(), // node -> the text that shows its gradient
    };
    data.nodes.forEach((_, node) => {
      const shape = shapeOf(`n${node}`);
      if (!shape) return;
      picture.nodes.set(node, shape);
      picture.inside.set(shape, [...(picture.inside.get(shape) ?? []), node]);
    });
    for (const step of data.steps) {
      const edge = edgeOfStep(step);
      const shape = shapeOf(edge);
      if (shape) picture.edges.set(edge, shape);
    }
    pictures.set(holder.dataset.view, picture);
  }
  return pictures;
}

// Give a picture its shapes, and what needs to be measured: halos, and places for gradients. Only a picture that
// is laid out can be measured: in a hidden frame every box is a point.
export function prepare(here, picture, { choose, open, change, move }) {
  if (picture.ready || !picture.svg.getBoundingClientRect().width) return;
  picture.ready = true;
  for (const place of picture.svg.querySelectorAll("[data-shape]")) {
    place.append(...byId("shapes").children[place.dataset.shape].cloneNode(true).childNodes);
  }
  for (const [shape, nodes] of picture.inside) {
    const box = shape.getBBox();
    const own = shape.dataset.id === `n${nodes[0]}`;
    const last = nodes[nodes.length - 1]; // of a closed box: what it computes
    shape.append(halo(box));
    if (own || here.line.arrivals[last].length || last === here.line.output) {
      picture.tags.set(last, own ? ownTag(shape, box) : boxTag(shape, box));
    }
    if (own && here.leaves.has(last)) scrub(here, shape, last, change);
    shape.addEventListener("click", () => { if (own) choose(last); else open(here.data.nodes[last].box); });
  }
  for (const shape of new Set(picture.edges.values())) turnedArrow(shape);
  picture.places = findPlaces(picture.svg);
  makeReachable(here, picture, { choose, open, move });
}

export function drawn(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function halo(box) {
  return drawn("rect", {
    class: "halo", x: box.x - 3, y: box.y - 3, width: box.width + 6, height: box.height + 6, rx: 5,
  });
}

// The place that the drawing kept for a node's gradient: in the middle, whatever number comes.
function ownTag(shape, box) {
  const element = shape.querySelector("text.gradient");
  if (!element) return boxTag(shape, box);
  const around = element.parentNode.getBBox();
  element.style.textAnchor = "middle";
  element.setAttribute("x", around.x + around.width / 2);
  return { element, room: around.width - AROUND };
}

// A place at the lower edge of a box that has none.
function boxTag(shape, box) {
  const tag = drawn("text", {
    class: "gradient below", "text-anchor": "end", x: box.x + box.width, y: box.y + box.height + 9,
    "font-size": 10, fill: "#a33c00",
  });
  shape.append(tag);
  return { element: tag, room: 0 };
}

// A second arrowhead where an edge begins: backprop goes against the arrows.
function turnedArrow(shape) {
  const path = shape.querySelector("path");
  if (!path) return;
  const length = path.getTotalLength();
  if (!length) return;
  const points = arrowhead(path.getPointAtLength(0), path.getPointAtLength(Math.min(10, length)), 12, 10);
  path.after(drawn("polygon", { class: "turned", points }));
}

export function showPicture(here, picture) {
  const { data, line, numbers, position } = here;
  const reached = reachedAt(data, line, position);
  const lit = litAt(data, line, here.asked || position);
  for (const [shape, nodes] of picture.inside) {
    shape.classList.toggle("reached", nodes.some((node) => reached.nodes.has(node)));
    shape.classList.toggle("known", nodes.every((node) => isKnown(line, numbers, node, position)));
    shape.classList.toggle("now", nodes.some((node) => lit.nodes.includes(node)));
    shape.classList.toggle("chosen", nodes.includes(here.chosen));
    shape.classList.toggle("changed", nodes.some((node) => here.changes.has(node)));
    shape.classList.toggle("failed", nodes.includes(numbers.failed?.node));
  }
  showEdges(here, picture, reached, lit);
  for (const [node, tag] of picture.tags) {
    const gradient = isBackward(line, position) ? gradientAt(line, numbers, node, position) : undefined;
    put(tag, gradient === undefined ? "" : `grad ${short(gradient)}`);
  }
  showPlaces(here, picture.places);
  if (picture.ready) showSpoken(here, picture, lit);
  showLit(here, picture, lit);
}

function showLit(here, picture, lit) {
  const shapes = lit.edges.map((edge) => picture.edges.get(edge)).filter(Boolean);
  for (const shape of shapes) shape.parentNode.append(shape); // in front of other edges
  const seen = shapes[0] ?? picture.nodes.get(lit.nodes[lit.nodes.length - 1]);
  if (seen) bringIntoView(here, byId("paper"), seen);
}
