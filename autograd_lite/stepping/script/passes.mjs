// Both passes over a recorded graph: what each node and step has, of any numbers.
//
// graph      what a trace says of its graph, whatever the numbers: nodes, steps, start
// numbers    of one pass: values and arriving by node; partials, products, sums, before and after
//            by step. `failed` is what has no value: { node, kind }, or null

// The passes that have these values and local derivatives: the chain rule, edge by edge, in the
// order and with the additions of Python's `trace`.
export function backprop(graph, values, partials) {
  const gradients = Float64Array.from(graph.start);
  const arriving = Float64Array.from(graph.start);
  const sofar = new Float64Array(values.length);
  const [products, sums, before, after] = [[], [], [], []];
  const output = values.length - 1;
  const reached = new Set([output]);
  let next = 0;
  for (let node = output; node >= 0; node--) {
    arriving[node] = gradients[node];
    for (; next < graph.steps.length && graph.steps[next].child === node; next++) {
      const { parent } = graph.steps[next];
      const partial = partials[next];
      let product = 0;
      before.push(gradients[parent]);
      if (reached.has(node) && (partial !== 0 || !graph.nodes[node].chooses)) {
        reached.add(parent); // a choice passes nothing to the operand that it switched off
        product += partial * gradients[node];
        gradients[parent] += partial * gradients[node];
      }
      sofar[parent] += product;
      after.push(gradients[parent]);
      products.push(product);
      sums.push(sofar[parent]);
    }
  }
  return { values, partials, arriving, products, sums, before, after, failed: null };
}

// The steps that arrive at each node, by node, and for each step the one before it at its parent.
export function arrivalsOf(graph) {
  const arrivals = graph.nodes.map(() => []);
  const earlier = graph.steps.map(({ parent }, k) => {
    const into = arrivals[parent];
    into.push(k + 1);
    return into.length > 1 ? into[into.length - 2] : 0;
  });
  return { arrivals, earlier };
}

const BY_NODE = { value: "values", arriving: "arriving" };
const BY_STEP = { partial: "partials", product: "products", sum: "sums", before: "before", after: "after" };

// The number that stands in a place, such as "value:3" or "along:1,2".
export function numberAt(graph, line, numbers, place) {
  const [kind, ats] = place.split(":");
  const at = ats.split(",").map(Number);
  const [first] = at;
  if (kind in BY_NODE) return numbers[BY_NODE[kind]][first];
  if (kind in BY_STEP) return numbers[BY_STEP[kind]][first - 1];
  if (kind === "derivative") return derivative(line, numbers, first);
  if (kind === "held") return held(graph, line, first);
  if (kind === "earlier") return line.earlier[first - 1] ? numbers.sums[line.earlier[first - 1] - 1] : 0;
  if (kind === "along") return at.reduce((product, step) => product * numbers.partials[step - 1], 1);
  if (kind === "rest") {
    const rest = line.arrivals[first].slice(at[1]);
    return rest.reduce((sum, step) => sum + numbers.products[step - 1], 0);
  }
  throw new Error(`no number is called ${place}`);
}

// d(output)/d(node) of this pass, whatever the node held before.
export function derivative(line, numbers, node) {
  if (node === line.output) return 1;
  const into = line.arrivals[node];
  return into.length ? numbers.sums[into[into.length - 1] - 1] : numbers.arriving[node];
}

// d(top)/d(node) for every node below it, along all paths between the two.
export function slopesOf(graph, numbers, top) {
  const slopes = new Float64Array(graph.nodes.length);
  const below = new Set([top]);
  slopes[top] = 1;
  graph.steps.forEach(({ child, parent }, k) => {
    if (!below.has(child)) return;
    below.add(parent);
    slopes[parent] += numbers.partials[k] * slopes[child];
  });
  return slopes;
}

function held(graph, line, node) {
  return line.madeIn[node] || node === line.output ? 0 : graph.start[node];
}
