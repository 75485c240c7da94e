// One sound at a time on a page, and a length for clips that are shorter than a browser's clock.
//
// Whatever begins to sound says so with an event; all else that sounds stops when it hears that.
// A row that compares stages and an explorer say so themselves, a browser's own player does here.

"use strict";

(() => {
  const BEGINS = "refimpl-sound-begins"; // its detail is what begins
  const CLOCK = 1; // seconds: a browser's player shows 0:00 for less
  const LENGTH = /([\d.]+) s(, silent)?$/; // as a player's name for screen readers ends

  document.addEventListener("play", ({ target }) => {
    document.dispatchEvent(new CustomEvent(BEGINS, { detail: target }));
  }, true); // a player's events do not rise through the page, but come down through it

  document.addEventListener(BEGINS, ({ detail }) => {
    for (const player of document.querySelectorAll("audio")) if (player !== detail) player.pause();
  });

  for (const player of document.querySelectorAll("audio[controls]")) {
    const seconds = Number(LENGTH.exec(player.ariaLabel ?? "")?.[1] ?? CLOCK);
    if (seconds >= CLOCK) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "short-clip";
    button.textContent = `▶ ${seconds < 0.1 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
    button.setAttribute("aria-label", `Play ${player.ariaLabel}`);
    button.addEventListener("click", () => {
      player.currentTime = 0;
      player.play();
    });
    player.before(button);
    player.controls = false; // which hides it
  }
})();
