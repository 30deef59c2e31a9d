// The reader: where one is in a trace, and what one has changed. All that the page shows follows.
import { changeable, passesWith } from "./leaves.mjs";
import { timeline } from "./state.mjs";

export function reader(data, program) {
  const line = timeline(data);
  return {
    data,
    line,
    changes: new Map(), // the leaves that are not as recorded: node -> number
    leaves: changeable(data, line),
    numbers: passesWith(data, program, new Map()), // of both passes
    language: data.language,
    position: 0,
    chosen: -1, // the node whose panel is open
    view: data.views[0],
    scale: 0, // of the picture; 0: fitted
    timer: 0, // of playing; 0: paused
    predicting: false, // whether steps are asked for before they are shown
    asked: 0, // the position whose step is asked for; 0: none
    score: { right: 0, asked: 0 },
    verdict: null, // on the last answer
    address: "", // as we wrote it
    calm: matchMedia("(prefers-reduced-motion: reduce)"),
  };
}
