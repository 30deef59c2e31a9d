"use strict";
// One trace, shown: the forward pass, then the backward pass. All words come from the trace;
// every text reaches the page as text, never as markup.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const forwardSteps = data.forward.length;
  const total = forwardSteps + data.steps.length;
  const UI = {
    en: {
      title: "Backprop, step by step:", graph: "The graph", table: "Gradients so far",
      node: "Node", value: "Value", gradient: "Gradient", speed: "Speed", close: "Close",
      first: "To the start", back: "Back", play: "Play", pause: "Pause", next: "Next",
      last: "To the end", slider: "Timeline", controls: "Playing", zoom: "Size of the graph",
      smaller: "Smaller", larger: "Larger", fit: "Fit to the window",
      keys: "← → step · Space play · Home End",
      before: "Nothing is computed yet: only the leaves have values.",
      between: (n) => `All values are computed. Backprop starts at ${n}, whose gradient is 1.`,
      forward: (k, n) => `forward step ${k} of ${n}`, backward: (k, n) => `step ${k} of ${n}`,
      start: "The start", middle: "The forward pass is done",
      op: "Made by", leaf: "a leaf: given, not computed", constant: "a constant of the formula",
      line: "Source line", arrivals: "Gradient arrives in", complete: (k) => `complete after step ${k}`,
      never: "not reached", made: "Computed in", jump: (k) => `step ${k}`, why: "Why?",
      fjump: (k) => `forward step ${k}`, done: "complete", view: "Graph",
      views: { unit: "units, closed", node: "all nodes" }, opened: (box) => `${box} opened`,
    },
    ja: {
      title: "誤差逆伝播法を1ステップずつ:", graph: "計算グラフ", table: "ここまでの勾配",
      node: "ノード", value: "値", gradient: "勾配", speed: "速さ", close: "閉じる",
      first: "始めへ", back: "戻る", play: "再生", pause: "一時停止", next: "次へ",
      last: "終わりへ", slider: "タイムライン", controls: "再生の操作", zoom: "グラフの大きさ",
      smaller: "小さく", larger: "大きく", fit: "画面に合わせる",
      keys: "← → ステップ · スペース 再生 · Home End",
      before: "まだ何も計算されていません。値があるのは葉だけです。",
      between: (n) => `すべての値が計算できました。勾配 1 の ${n} から逆伝播を始めます。`,
      forward: (k, n) => `順伝播ステップ ${k}/${n}`, backward: (k, n) => `ステップ ${k}/${n}`,
      start: "始め", middle: "順伝播が終わりました",
      op: "演算", leaf: "葉（計算されず、与えられた値）", constant: "式の定数",
      line: "プログラムの行", arrivals: "勾配が届くステップ", complete: (k) => `ステップ ${k} で完成`,
      never: "届かない", made: "計算されるステップ", jump: (k) => `ステップ ${k}`, why: "なぜ？",
      fjump: (k) => `順伝播 ${k}`, done: "完成", view: "グラフ",
      views: { unit: "ユニットを閉じる", node: "すべてのノード" }, opened: (box) => `${box} を開く`,
    },
  };
  const $ = (id) => document.getElementById(id);
  const names = data.nodes.map((node) => node.name);
  const outputNode = names.length - 1;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let language = data.language;
  let position = 0; // steps done, of the forward pass and then of the backward pass
  let chosen = -1; // the node whose panel is open
  let timer = 0;
  let view = data.views[0];
  let scale = 0; // 0: fitted

  // -- What the trace says --

  const arrivals = names.map(() => []);
  data.steps.forEach((step, k) => arrivals[step.parent].push(k + 1));
  const madeIn = names.map(() => 0);
  data.forward.forEach((step, k) => { madeIn[step.node] = k + 1; });

  function backwardDone() { return Math.max(0, position - forwardSteps); }

  function gradientsAt(done) {
    const found = data.start.slice();
    for (let k = 0; k < done; k++) found[data.steps[k].parent] = data.steps[k].after;
    return found;
  }

  // -- Words and formulas --

  function element(tag, text, className) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  // w_11^2 with its indexes below and above, ** as an exponent, * as a dot.
  const PART = /([A-Za-z]+)_([0-9,]+)(?:\^([0-9A-Z]+))?|\*\*(-?[\w.]+)| \* |->|[^A-Za-z* -]+|[A-Za-z]+|./g;
  function typeset(text, into) {
    for (const part of text.matchAll(PART)) {
      if (part[2] !== undefined) {
        into.append(part[1], element("sub", part[2]));
        if (part[3] !== undefined) into.append(element("sup", part[3]));
      } else if (part[4] !== undefined) into.append(element("sup", part[4]));
      else if (part[0] === " * ") into.append(" · ");
      else if (part[0] === "->") into.append("→");
      else into.append(part[0]);
    }
    return into;
  }

  function showFormula(place, parts) {
    place.replaceChildren();
    parts.slice(1).forEach((part, k) => {
      place.append(k ? element("span", "", "left") : typeset(parts[0], element("span", undefined, "left")));
      place.append(typeset(part, element("span", "= ")));
    });
  }

  // -- Drawing a position --

  function show() {
    const ui = UI[language];
    const done = backwardDone();
    const isForward = position < forwardSteps || (position === forwardSteps && done === 0);
    document.body.classList.toggle("forward-pass", isForward);
    document.documentElement.lang = language;
    let step = null;
    if (position > forwardSteps) step = data.steps[done - 1];
    else if (position > 0) step = data.forward[position - 1];
    const words = $("words");
    words.replaceChildren();
    if (step) {
      $("heading").replaceChildren();
      typeset(step.heading[language], $("heading"));
      showFormula($("local"), step.local || []);
      showFormula($("formula"), step.formula);
      for (const sentence of step.words[language]) words.append(typeset(sentence, element("p")));
    } else {
      $("heading").textContent = ui.start;
      showFormula($("local"), []);
      showFormula($("formula"), []);
      words.append(element("p", ui.before));
    }
    if (position === forwardSteps) words.append(typeset(ui.between(names[outputNode]), element("p")));
    const slider = $("slider");
    slider.value = position;
    slider.setAttribute("aria-valuetext", spoken(ui, done));
    $("first").disabled = $("back").disabled = position === 0;
    $("next").disabled = $("last").disabled = position === total;
    showTable(done);
    showPicture(done, step);
    if (chosen >= 0) showNode();
    remember(done);
  }

  function spoken(ui, done) {
    if (position > forwardSteps) return ui.backward(done, data.steps.length);
    return position ? ui.forward(position, forwardSteps) : ui.start;
  }

  function valueOf(node) {
    return madeIn[node] > position ? "–" : data.nodes[node].value;
  }

  function gradientOf(node, done, gradients) {
    if (position < forwardSteps) return "–";
    if (node === outputNode) return gradients[node];
    const arrived = arrivals[node].filter((k) => k <= done).length;
    return arrived || gradients[node] !== "0" ? gradients[node] : "–";
  }

  function isComplete(node, done) {
    if (position < forwardSteps) return false;
    const last = arrivals[node][arrivals[node].length - 1];
    return node === outputNode || (last !== undefined && last <= done);
  }

  const rowOf = new Map();
  function buildTable() {
    for (let node = outputNode; node >= 0; node--) {
      if (data.nodes[node].constant) continue;
      const row = element("tr");
      const first = element("td");
      const button = element("button");
      button.type = "button";
      typeset(names[node], button);
      button.addEventListener("click", () => choose(node));
      first.append(button);
      row.append(first, element("td"), element("td"));
      $("rows").append(row);
      rowOf.set(node, row);
    }
  }

  function showTable(done) {
    const gradients = gradientsAt(done);
    const receiving = position > forwardSteps ? data.steps[done - 1].parent
      : position ? data.forward[position - 1].node : -1;
    for (const [node, row] of rowOf) {
      const complete = isComplete(node, done);
      row.children[1].textContent = valueOf(node);
      row.children[2].textContent = gradientOf(node, done, gradients);
      row.children[2].title = complete ? UI[language].done : "";
      row.classList.toggle("complete", complete);
      row.classList.toggle("now", node === receiving);
    }
    const row = rowOf.get(receiving);
    if (row) keepInView($("rows-frame"), row);
  }

  function keepInView(frame, item) {
    const outer = frame.getBoundingClientRect();
    const inner = item.getBoundingClientRect();
    if (!inner.width || !outer.height) return;
    const head = frame.id === "rows-frame" ? 28 : 0;
    const move = { behavior: calm.matches || timer ? "auto" : "smooth" };
    if (inner.top < outer.top + head || inner.bottom > outer.bottom) {
      move.top = frame.scrollTop + (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
    }
    if (inner.left < outer.left || inner.right > outer.right) {
      move.left = frame.scrollLeft + (inner.left + inner.right - outer.left - outer.right) / 2;
    }
    if (move.top !== undefined || move.left !== undefined) frame.scrollTo(move);
  }

  // -- The picture --

  const pictures = new Map();
  for (const holder of document.querySelectorAll(".picture")) {
    const nodes = new Map();
    const edges = new Map();
    const byId = new Map();
    for (const group of holder.querySelectorAll("g[data-id]")) {
      byId.set(group.dataset.id, group);
      const node = /^n(\d+)$/.exec(group.dataset.id);
      const edge = /^e(\d+)_(\d+)$/.exec(group.dataset.id);
      if (node) nodes.set(Number(node[1]), group);
      if (edge) edges.set(group.dataset.id, group);
    }
    for (const [part, id] of Object.entries(data.shownBy[holder.dataset.view])) {
      const group = byId.get(id); // a closed box for a node inside, one arrow for several edges
      if (group && part[0] === "e") edges.set(part, group);
      else if (group) nodes.set(Number(part.slice(1)), group);
    }
    pictures.set(holder.dataset.view, { holder, nodes, edges, tags: new Map(), ready: false });
  }

  function boxName(node) { return data.nodes[node].box; }

  function prepare(picture) {
    // Halo and number need the box of a node, which only a visible picture has.
    if (picture.ready) return;
    picture.ready = true;
    const seen = new Set();
    for (const [node, group] of picture.nodes) {
      const own = /^n\d+$/.test(group.dataset.id);
      if (seen.has(group)) continue;
      seen.add(group);
      const box = group.getBBox();
      const halo = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      halo.setAttribute("class", "halo");
      halo.setAttribute("x", box.x - 3);
      halo.setAttribute("y", box.y - 3);
      halo.setAttribute("width", box.width + 6);
      halo.setAttribute("height", box.height + 6);
      halo.setAttribute("rx", 5);
      group.append(halo);
      if (!own) {
        const opened = data.views.find((name) => name.startsWith("box ") && name === `box ${boxName(node)}`);
        if (opened) group.addEventListener("click", () => setView(opened));
        continue;
      }
      const tag = group.querySelector("text.gradient");
      if (tag) {
        const place = tag.getBBox();
        tag.setAttribute("text-anchor", "middle");
        tag.setAttribute("x", box.x + box.width / 2);
        tag.setAttribute("y", place.y + place.height * 0.8);
        picture.tags.set(node, tag);
      }
      group.addEventListener("click", () => choose(node));
    }
  }

  function showPicture(done, step) {
    const picture = pictures.get(view);
    prepare(picture);
    const gradients = gradientsAt(done);
    const backward = position > forwardSteps;
    for (const group of new Set(picture.nodes.values())) group.classList.remove("reached", "now", "chosen");
    for (const group of picture.edges.values()) group.classList.remove("reached", "now");
    const light = (node, name) => {
      const group = picture.nodes.get(node);
      if (group) group.classList.add(name);
      return group;
    };
    if (position <= forwardSteps) {
      names.forEach((_, node) => { if (madeIn[node] <= position) light(node, "reached"); });
      data.forward.slice(0, position).forEach((one) => one.parents.forEach((_, place) => {
        const edge = picture.edges.get(`e${one.node}_${place}`);
        if (edge) edge.classList.add("reached");
      }));
    } else {
      light(outputNode, "reached");
      for (let k = 0; k < done; k++) {
        light(data.steps[k].parent, "reached");
        const edge = picture.edges.get(data.steps[k].edge);
        if (edge) edge.classList.add("reached");
      }
    }
    for (const [node, tag] of picture.tags) {
      const text = gradientOf(node, done, gradients);
      tag.textContent = backward && text !== "–" ? `grad ${short(text)}` : "";
    }
    let focus = null;
    if (step && backward) {
      light(step.child, "now");
      focus = light(step.parent, "now");
      const edge = picture.edges.get(step.edge);
      if (edge) { edge.classList.add("now"); edge.parentNode.append(edge); focus = edge; }
    } else if (step) {
      focus = light(step.node, "now");
      step.parents.forEach((_, place) => {
        const edge = picture.edges.get(`e${step.node}_${place}`);
        if (edge) edge.classList.add("now");
      });
    }
    if (chosen >= 0) light(chosen, "chosen");
    if (focus) keepInView($("paper"), focus);
  }

  function short(text) { // four digits, as the picture has them
    const number = Number(text);
    return Number.isFinite(number) ? String(Number(number.toPrecision(4))).replace("-", "−") : text;
  }

  function resize() {
    const svg = pictures.get(view).holder.querySelector("svg");
    const box = svg.viewBox.baseVal;
    const paper = $("paper");
    const fitted = Math.min((paper.clientWidth - 24) / box.width, (paper.clientHeight - 24) / box.height);
    const size = scale || Math.min(2, Math.max(fitted, 0.75)); // smaller than that nobody can read
    svg.style.width = `${Math.round(box.width * size)}px`;
    return { size, fitted };
  }

  function zoomBy(factor) {
    scale = Math.min(6, Math.max(0.05, resize().size * factor));
    resize();
    show();
  }

  function setView(name) {
    view = name;
    for (const [key, picture] of pictures) picture.holder.hidden = key !== view;
    $("views").value = view;
    resize();
    show();
  }

  // -- One node --

  function choose(node) {
    chosen = node;
    $("node").hidden = false;
    show();
    if (innerWidth <= 800) $("node").scrollIntoView({ block: "nearest" });
  }

  function jump(text, to) {
    const button = element("button", text, "jump");
    button.type = "button";
    button.addEventListener("click", () => { pause(); goto(to); });
    return button;
  }

  function showNode() {
    const ui = UI[language];
    const node = data.nodes[chosen];
    const done = backwardDone();
    $("node-title").replaceChildren();
    typeset(node.name, $("node-title"));
    $("node-title").className = "name";
    const list = element("dl");
    const row = (term, ...content) => {
      const value = element("dd");
      value.append(...content);
      list.append(element("dt", term), value);
    };
    row(ui.op, node.op ? node.op[language] : node.constant ? ui.constant : ui.leaf);
    row(ui.value, valueOf(chosen));
    row(ui.gradient, gradientOf(chosen, done, gradientsAt(done)));
    if (madeIn[chosen]) row(ui.made, jump(ui.fjump(madeIn[chosen]), madeIn[chosen]));
    const into = arrivals[chosen];
    if (into.length) {
      const buttons = into.slice(0, 24).map((k) => jump(ui.jump(k), forwardSteps + k));
      row(ui.arrivals, ...buttons, ` ${ui.complete(into[into.length - 1])}`);
    } else if (chosen !== outputNode) row(ui.arrivals, ui.never);
    if (node.line) {
      const code = element("code", node.source);
      row(ui.line, `${node.line}  `, code);
    }
    const why = node.why ? node.why[language] : [""];
    const reasons = element("ul");
    for (const line of why.slice(1)) reasons.append(typeset(line, element("li")));
    const claim = element("p", undefined, "why");
    if (node.why) claim.append(element("strong", `${ui.why} `));
    typeset(why[0], claim);
    $("node-body").replaceChildren(list, claim, reasons);
  }

  // -- Moving --

  function goto(to) {
    position = Math.min(Math.max(to, 0), total);
    if (position === total) pause();
    show();
  }

  function play() {
    if (position === total) position = 0;
    document.body.classList.add("playing");
    $("live").setAttribute("aria-live", "off"); // a screen reader cannot speak as fast
    timer = setInterval(() => goto(position + 1), 1400 / Number($("speed").value));
    labelPlay();
    goto(position + 1);
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    document.body.classList.remove("playing");
    $("live").setAttribute("aria-live", "polite");
    labelPlay();
  }

  function toggle() { if (timer) pause(); else play(); }

  function labelPlay() {
    const text = UI[language][timer ? "pause" : "play"];
    $("play").setAttribute("aria-label", text);
    $("play").title = text;
  }

  // -- The address: #step=12 --

  let own = "";
  function remember(done) {
    own = position > forwardSteps || (position === forwardSteps && own.startsWith("#step")) ? `#step=${done}` : `#forward=${position}`;
    try { history.replaceState(null, "", own); } catch (error) { /* a page inside a notebook has no address */ }
  }

  function follow(address) {
    const found = /^#(step|forward)=(\d{1,9})$/.exec(address);
    if (!found) return false;
    const number = Number(found[2]);
    if (found[1] === "forward") position = Math.min(number, forwardSteps);
    else { position = forwardSteps + Math.min(number, data.steps.length); own = "#step"; }
    return true;
  }

  // -- Language and labels of the controls --

  function speak(to) {
    language = to;
    const ui = UI[language];
    document.title = `${ui.title} ${names[outputNode]}`;
    $("title").textContent = ui.title;
    $("output").replaceChildren();
    typeset(names[outputNode], $("output"));
    for (const [id, text] of [["graph-title", ui.graph], ["table-title", ui.table], ["col-node", ui.node],
      ["col-value", ui.value], ["col-gradient", ui.gradient], ["speed-label", ui.speed],
      ["close", ui.close], ["keys", ui.keys]]) $(id).textContent = text;
    for (const id of ["first", "back", "next", "last", "smaller", "larger", "fit"]) {
      $(id).setAttribute("aria-label", ui[id]);
      $(id).title = ui[id];
    }
    $("slider").setAttribute("aria-label", ui.slider);
    $("speed").setAttribute("aria-label", ui.speed);
    $("controls").setAttribute("aria-label", ui.controls);
    $("zoom").setAttribute("aria-label", ui.zoom);
    $("views-word").textContent = ui.view;
    for (const option of $("views").children) option.textContent = viewName(option.value);
    $("en").setAttribute("aria-pressed", String(language === "en"));
    $("ja").setAttribute("aria-pressed", String(language === "ja"));
    labelPlay();
    show();
  }

  function viewName(key) {
    return UI[language].views[key] || UI[language].opened(key.slice("box ".length));
  }

  // -- Start --

  buildTable();
  for (const key of data.views) {
    const option = element("option");
    option.value = key;
    $("views").append(option);
  }
  $("views-label").hidden = data.views.length < 2;
  $("views").addEventListener("change", () => setView($("views").value));
  $("slider").max = total;
  $("band-forward").style.flexGrow = forwardSteps;
  $("band-backward").style.flexGrow = data.steps.length;
  follow(location.hash);
  $("first").addEventListener("click", () => { pause(); goto(0); });
  $("back").addEventListener("click", () => { pause(); goto(position - 1); });
  $("play").addEventListener("click", toggle);
  $("next").addEventListener("click", () => { pause(); goto(position + 1); });
  $("last").addEventListener("click", () => { pause(); goto(total); });
  $("slider").addEventListener("input", () => { pause(); goto(Number($("slider").value)); });
  $("speed").addEventListener("change", () => { if (timer) { pause(); play(); } });
  $("en").addEventListener("click", () => speak("en"));
  $("ja").addEventListener("click", () => speak("ja"));
  $("smaller").addEventListener("click", () => zoomBy(1 / 1.25));
  $("larger").addEventListener("click", () => zoomBy(1.25));
  $("fit").addEventListener("click", () => { scale = resize().fitted; resize(); show(); });
  $("close").addEventListener("click", () => { chosen = -1; $("node").hidden = true; show(); });
  addEventListener("hashchange", () => {
    if (location.hash !== own && follow(location.hash)) { pause(); show(); }
  });
  addEventListener("resize", () => { resize(); });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const tag = event.target.tagName;
    if (tag === "SELECT" || tag === "INPUT") {
      if (event.key !== " ") return; // the slider and the list have keys of their own
    }
    if (event.key === " " && (tag === "BUTTON" || tag === "SELECT")) return;
    const moves = { ArrowRight: 1, ArrowLeft: -1, Home: -total, End: total };
    if (event.key in moves) { pause(); goto(position + moves[event.key]); }
    else if (event.key === " ") toggle();
    else if (event.key === "Escape" && chosen >= 0) $("close").click();
    else return;
    event.preventDefault();
  });
  setView(view);
  speak(language);
})();
