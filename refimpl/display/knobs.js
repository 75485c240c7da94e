// Puts a slider over each knob of an explored function: of every element with the class
// "refimpl-knobs", which holds a <section> for each combination of the knobs' values. One section is
// shown at a time; a sound that plays goes on at the same position in the next one.
(() => {
  const STYLE = `
    .refimpl-knobs { border: 1px solid currentColor; border-radius: 0.5rem; padding: 0.75rem;
      margin: 0.5em 0; }
    .refimpl-knobs .knob { align-items: center; display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem;
      font: inherit; margin: 0 0 0.5rem; }
    .refimpl-knobs .knob input { accent-color: #0072b2; cursor: pointer; flex: 1 1 12rem; height: 1.75rem;
      min-width: 0; }
    .refimpl-knobs .knob .value { font-variant-numeric: tabular-nums; font-weight: bold; min-width: 4em; }
    .refimpl-knobs .knob input:focus-visible { outline: 3px solid #e69f00; outline-offset: 2px; }
    .refimpl-knobs[data-ready] .panels { display: grid; }
    .refimpl-knobs[data-ready] section { grid-area: 1 / 1; min-width: 0; visibility: hidden; }
    .refimpl-knobs[data-ready] section[data-current] { visibility: visible; }
    .refimpl-knobs[data-ready] .settings { display: none; }`;

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  // A sound that plays, or was stopped in the middle, goes on in the next section.
  function handOver(before, after) {
    const next = after.querySelectorAll("audio");
    before.querySelectorAll("audio").forEach((old, i) => {
      const plays = !old.paused;
      old.pause();
      if (!next[i] || old.ended || !old.currentTime) return;
      next[i].currentTime = old.currentTime;
      if (plays) next[i].play().catch(() => {});
    });
  }

  function upgrade(box) {
    box.dataset.ready = "yes";
    box.dataset.lmSuppressShortcuts = "true"; // JupyterLab leaves the keys to the sliders
    const knobs = JSON.parse(box.dataset.knobs);
    const sections = [...box.querySelectorAll(":scope > .panels > section")];
    let shown = sections.findIndex((section) => section.hasAttribute("data-twin"));
    const sizes = knobs.map(({ values }) => values.length);

    // The last knob turns fastest, as in the order of the sections.
    const places = (number) => sizes.map((size, k) => {
      const faster = sizes.slice(k + 1).reduce((product, n) => product * n, 1);
      return Math.floor(number / faster) % size;
    });

    const rows = knobs.map(({ name, values }, k) => {
      const slider = make("input", { type: "range", min: 0, max: values.length - 1, step: 1,
        value: places(shown)[k] });
      const value = make("span", { className: "value" });
      const tell = () => {
        value.textContent = values[slider.value];
        slider.setAttribute("aria-valuetext", values[slider.value]);
      };
      slider.setAttribute("aria-label", name);
      slider.oninput = () => {
        tell();
        turn();
      };
      tell();
      return { slider, label: make("label", { className: "knob" }, `${name} =`, value, slider) };
    });

    function turn() {
      const number = rows.reduce((sum, { slider }, k) => sum * sizes[k] + Number(slider.value), 0);
      if (number === shown) return;
      handOver(sections[shown], sections[number]);
      delete sections[shown].dataset.current;
      shown = number;
      sections[shown].dataset.current = "yes";
    }

    // Who plays one of the sounds will turn to the others: a page loads them when it is asked to.
    box.addEventListener("play", () => {
      for (const audio of box.querySelectorAll("audio")) audio.preload = "auto";
    }, true);
    sections[shown].dataset.current = "yes";
    box.prepend(...rows.map(({ label }) => label));
  }

  const waiting = document.querySelectorAll(".refimpl-knobs:not([data-ready])");
  if (!document.getElementById("refimpl-knobs-style")) {
    document.head.append(make("style", { id: "refimpl-knobs-style", textContent: STYLE }));
  }
  waiting.forEach(upgrade);
})();
