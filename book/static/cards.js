// What a term or a work is, on a card beside its link: when a mouse rests on the link or the
// keyboard reaches it. Escape puts the card away, and a mouse may move onto it.

"use strict";

(() => {
  const WAIT = 150; // ms, so that a mouse in passing opens nothing
  let card, timer, shown;

  function make() {
    const made = document.createElement("div");
    made.className = "term-card";
    made.id = "term-card";
    made.role = "tooltip";
    made.hidden = true;
    made.addEventListener("mouseenter", () => clearTimeout(timer));
    made.addEventListener("mouseleave", hideSoon);
    document.querySelector("article").append(made);
    return made;
  }

  function show(link) {
    clearTimeout(timer);
    card ??= make();
    shown?.removeAttribute("aria-describedby");
    shown = link;
    card.textContent = link.dataset.card;
    card.hidden = false;
    link.setAttribute("aria-describedby", card.id);
    const at = link.getBoundingClientRect();
    const edge = 8;
    const left = Math.min(at.left, innerWidth - card.offsetWidth - edge);
    const fitsBelow = at.bottom + card.offsetHeight + edge < innerHeight;
    card.style.left = `${Math.max(edge, left)}px`;
    card.style.top = `${fitsBelow ? at.bottom + 2 : at.top - card.offsetHeight - 2}px`;
  }

  function hide() {
    clearTimeout(timer);
    if (!shown) return;
    shown.removeAttribute("aria-describedby");
    shown = undefined;
    card.hidden = true;
  }

  function hideSoon() {
    clearTimeout(timer);
    timer = setTimeout(hide, WAIT);
  }

  for (const link of document.querySelectorAll("a[data-card]")) {
    link.addEventListener("mouseenter", () => {
      clearTimeout(timer);
      timer = setTimeout(show, WAIT, link);
    });
    link.addEventListener("mouseleave", hideSoon);
    link.addEventListener("focus", () => show(link));
    link.addEventListener("blur", hide);
  }
  addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  addEventListener("scroll", hide, { passive: true });
})();
