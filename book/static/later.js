// What a page can do without at first is loaded later: a sound's length when its player comes near,
// pictures, explorers and formulas further down when they come near, or when the page has been at rest
// for a while. Until then the line belongs to what the reader is looking at.

"use strict";

(() => {
  const ALL = "refimpl-load-all"; // the rest of the page is wanted
  const REST = 3000; // milliseconds
  const MARGIN = "300px";

  const players = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      players.unobserve(target);
      const player = target.matches("audio") ? target : target.querySelector("audio");
      if (player.preload === "none") player.preload = "metadata";
    }
  }, { rootMargin: MARGIN });

  // The script that draws formulas, and the first of them.
  const script = document.querySelector("script[data-later]");
  function drawFormulas() {
    formulas.disconnect();
    if (!script?.dataset.later) return;
    const src = script.dataset.later;
    delete script.dataset.later;
    const real = document.createElement("script");
    real.src = src;
    real.onload = async () => {
      await globalThis.MathJax.startup.promise;
      document.dispatchEvent(new Event("refimpl-formulas-drawn"));
    };
    script.replaceWith(real);
  }
  const formulas = new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) drawFormulas();
  }, { rootMargin: MARGIN });
  for (const formula of document.querySelectorAll(".math")) formulas.observe(formula);
  document.addEventListener(ALL, drawFormulas);

  // A row plays all its stages by one clock, so one of them says how long it is.
  addEventListener("load", () => {
    for (const player of document.querySelectorAll("audio[preload=none]")) {
      players.observe(player.closest(".refimpl-compare") ?? player);
    }
    setTimeout(() => document.dispatchEvent(new Event(ALL)), REST);
  });
  addEventListener("beforeprint", () => document.dispatchEvent(new Event(ALL)));
  document.addEventListener(ALL, () => {
    for (const picture of document.querySelectorAll("img[loading=lazy]")) picture.loading = "eager";
  });
})();
