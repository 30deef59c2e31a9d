// The page's address keeps where the reader is, what was changed, and how it is looked at.
import { changesFrom, changesTold } from "./leaves.mjs";
import { addressOf, pairsOf, positionAt } from "./moving.mjs";

export function remember(here) {
  const { data, line, position, changes, view, language } = here;
  const pairs = changesTold(changes);
  if (view !== data.views[0]) pairs.push(["view", view]);
  if (language !== data.language) pairs.push(["lang", language]);
  here.address = addressOf(line, position, here.address, pairs);
  try { history.replaceState(null, "", here.address); } catch { /* a notebook's frame has none */ }
}

// Let the reader be where an address says; false if it says nothing new.
export function follow(here) {
  const { data, line, leaves } = here;
  const position = positionAt(line, location.hash);
  if (position === undefined || location.hash === here.address) return false;
  const pairs = pairsOf(location.hash);
  const { view, lang } = Object.fromEntries(pairs);
  Object.assign(here, { position, address: location.hash, changes: changesFrom(pairs, leaves) });
  if (data.views.includes(view)) here.view = view;
  if (lang in data.words) here.language = lang;
  return true;
}
