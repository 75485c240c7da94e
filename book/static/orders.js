// The start page's orders: players under one another become a sentence with words to choose, and one
// player with the tune that a model made of it. Whoever changes a word hears the new tune at once.

"use strict";

(() => {
  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function upgrade(group) {
    const { order, choices, names } = JSON.parse(group.dataset.orders);
    const figures = [...group.querySelectorAll("figure")];
    const selects = {};
    for (const [choice, words] of Object.entries(choices)) {
      const options = words.map((text) => make("option", { textContent: text }));
      selects[choice] = make("select", {}, ...options);
      selects[choice].setAttribute("aria-label", names[choice]);
    }
    // "Play {mood} at {tempo} …": every second part is the name of a choice.
    const parts = order.split(/\{(\w+)\}/).map((part, i) => (i % 2 ? selects[part] : part));
    const player = make("audio", { controls: true, preload: "none" });
    const said = make("p", { className: "said" });
    said.setAttribute("role", "status");

    function show() {
      const chosen = JSON.stringify(Object.values(selects).map((one) => one.value));
      const figure = figures.find((one) => JSON.stringify(JSON.parse(one.dataset.chosen)) === chosen);
      const sound = figure.querySelector("audio");
      player.src = sound.src;
      player.setAttribute("aria-label", sound.getAttribute("aria-label"));
      said.textContent = figure.dataset.said;
    }

    for (const one of Object.values(selects)) {
      one.addEventListener("change", () => {
        show();
        player.play().catch(() => {}); // one that is not let to sound waits for its button
      });
    }
    const all = make("details", {}, make("summary", { textContent: `All ${figures.length} orders` }));
    group.prepend(make("p", { className: "sentence" }, ...parts), player, said, all);
    all.append(group.querySelector(".start-row"));
    show();
  }

  document.querySelectorAll(".start-orders").forEach(upgrade);
})();
