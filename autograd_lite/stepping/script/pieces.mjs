// A text is a list of pieces, as Python writes them: a string, { sub: "11" } and { sup: "2" } for
// an index below and above, { name: [...] } for the name of a node, itself in pieces. Before its
// numbers are put in, it has their places, too (see telling).

// The characters of a text, without what is low or high: for titles and for comparing.
export function plain(pieces) {
  let text = "";
  for (const piece of pieces) {
    if (typeof piece === "string") text += piece;
    else text += piece.sub ?? piece.sup ?? plain(piece.name);
  }
  return text;
}

// The same text with no two strings side by side.
export function merged(pieces) {
  const found = [];
  for (const piece of pieces) {
    const last = found.length - 1;
    if (piece === "") continue;
    if (typeof piece === "string" && typeof found[last] === "string") found[last] += piece;
    else found.push(piece);
  }
  return found;
}

// The parts of a formula that a line break must not part: a list of texts that stand between
// spaces. ["a + b", {sub: "1"}] has three: a, +, b with its index.
export function unbroken(pieces) {
  const groups = [[]];
  for (const piece of pieces) {
    if (typeof piece !== "string") {
      groups[groups.length - 1].push(piece);
      continue;
    }
    const [first, ...others] = piece.split(" ");
    if (first) groups[groups.length - 1].push(first);
    for (const other of others) groups.push(other ? [other] : []);
  }
  return groups.filter((group) => group.length > 0);
}
