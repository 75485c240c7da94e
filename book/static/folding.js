// One switch for all the code that a page folds; the browser remembers how it stands.

"use strict";

(() => {
  const KEY = "refimpl-code";
  const places = [...document.querySelectorAll("article details.hide")];
  const remark = document.querySelector("article .page-remark p");
  if (!places.length || !remark) return;

  const button = document.createElement("button");
  button.type = "button";
  button.className = "code-switch";
  remark.append(" ", button);

  function remembered() {
    try {
      return localStorage.getItem(KEY) === "shown";
    } catch {
      return false; // a browser that keeps nothing
    }
  }

  function set(shown) {
    for (const place of places) place.open = shown;
    button.textContent = shown ? "Fold the code" : "Show all code";
    button.dataset.shown = shown;
  }

  button.addEventListener("click", () => {
    const shown = button.dataset.shown !== "true";
    set(shown);
    try {
      if (shown) localStorage.setItem(KEY, "shown");
      else localStorage.removeItem(KEY);
    } catch {
      // It holds for this page alone.
    }
  });
  set(remembered());
})();
