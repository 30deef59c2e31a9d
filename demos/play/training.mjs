// Training in the page: gradient descent on all images, as Python's `nn.train` does it.
//
// compute    the network as a program: parameters, pixels, targets -> [cost, gradient, excitements]

// The cost of all images and its gradient, each summed image by image.
export function costOf(compute, parameters, images) {
  let cost = 0;
  const gradient = parameters.map(() => 0);
  for (const { pixels, target } of images) {
    const [one, slopes] = compute(parameters, pixels, target);
    cost += one;
    slopes.forEach((slope, k) => { gradient[k] += slope; });
  }
  return { cost, gradient };
}

// One step downhill: p - rate * dC/dp for every parameter; null if a number is not finite.
export function stepped(parameters, gradient, rate) {
  const next = parameters.map((p, k) => p - rate * gradient[k]);
  return next.every(Number.isFinite) ? next : null;
}

// How the network answers to an image: the excitement of every unit, layer by layer.
export function answerTo(compute, parameters, pixels) {
  const [, , excitements] = compute(parameters, pixels, [0, 0]);
  return { hidden: excitements.slice(0, -2), outputs: excitements.slice(-2) };
}

// What the outputs say: the key of its words, and the digit.
export function verdictOn([zero, one]) {
  const digit = zero >= one ? 0 : 1;
  if (Math.max(zero, one) < 0.5) return { key: "none", digit };
  if (Math.min(zero, one) > 0.5) return { key: "both", digit };
  if (Math.abs(zero - one) < 0.5) return { key: "unsure", digit };
  return { key: "says", digit };
}

// The points of a cost curve in a picture so wide and high: "x,y x,y ...".
export function curveOf(costs, width, height) {
  const highest = Math.max(...costs, Number.MIN_VALUE);
  const last = Math.max(costs.length - 1, 1);
  return costs.map((cost, k) =>
    `${(width * k / last).toFixed(1)},${(height * (1 - cost / highest)).toFixed(1)}`).join(" ");
}

// How strong the colour of a weight is, from -1 to 1, beside the largest of them.
export function shade(weight, weights) {
  return weight / Math.max(...weights.map(Math.abs), Number.MIN_VALUE);
}
