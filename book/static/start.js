// The start page's dial: an A/B row of many stages in an order, with one slider in place of its radio
// buttons. Whoever turns it hears it at once; its picture shows the stage, and follows the sound.

"use strict";

(() => {
  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function upgrade(row) {
    const figures = [...row.querySelectorAll("figure")];
    const radios = [...row.querySelectorAll("fieldset input")];
    if (!radios.length) return; // a browser that plays no rows: the players stay as they are
    const dial = make("input", { type: "range", min: 0, max: figures.length - 1, step: 1, value: 0 });
    dial.setAttribute("aria-label", row.dataset.dial);
    const value = make("output", { className: "value" });
    const said = make("p", { className: "said" });
    const picture = new Image(256, 96);
    picture.className = "dark-light";
    picture.dataset.time = JSON.stringify([["", 0, 1, 0, 1, 0, Number(row.dataset.seconds)]]);

    function show() {
      const figure = figures[dial.value];
      const drawn = figure.querySelector("img");
      picture.src = drawn.src;
      picture.alt = drawn.alt;
      value.textContent = figure.dataset.value;
      said.textContent = figure.dataset.said;
      dial.setAttribute("aria-valuetext", `${figure.dataset.value}: ${figure.dataset.said}`);
    }

    dial.addEventListener("input", () => {
      show();
      const radio = radios[dial.value];
      radio.checked = true;
      radio.dispatchEvent(new Event("change"));
      const sound = row.refimplSound;
      if (!sound.plays()) sound.playFrom(sound.position());
    });
    // Who is about to turn it will see all of them.
    dial.addEventListener("pointerenter", () => {
      for (const image of row.querySelectorAll("figure img")) new Image().src = image.src;
    }, { once: true });
    row.querySelector("fieldset").remove();
    row.prepend(
      make("label", { className: "dial" }, `${row.dataset.dial}: `, value, dial),
      said,
      make("div", { className: "dial-picture" }, picture),
    );
    show();
  }

  document.querySelectorAll(".refimpl-compare[data-dial][data-ready]").forEach(upgrade);
})();
