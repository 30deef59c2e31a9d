// Playing: a step after the other, at the speed that the reader chose.
import { millisecondsAt } from "./moving.mjs";
import { byId } from "./typeset.mjs";
import { showPlaying } from "./controls.mjs";

// What starts and stops the playing of `here`; `goto` is called with each next position.
export function player(here, goto) {
  function play() {
    if (here.position === here.line.total) here.position = 0;
    const wait = millisecondsAt(Number(byId("speed").value));
    here.timer = setInterval(() => goto(here.position + 1), wait);
    showPlaying(here);
    goto(here.position + 1);
  }

  function pause() {
    clearInterval(here.timer);
    here.timer = 0;
    showPlaying(here);
  }

  function toggle() {
    if (here.timer) pause();
    else play();
  }

  function changeSpeed() {
    if (!here.timer) return;
    pause();
    play();
  }

  return { pause, toggle, changeSpeed };
}
