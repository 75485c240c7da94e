// A choice of rows; for the one chosen a table of who may see whom, with a button for each position.
function render({ model, el }) {
  const rows = model.get("rows");
  let row = rows[0];
  let at = 0;
  const choice = make("select", { change: () => { row = rows[choice.selectedIndex]; at = 0; draw(); } },
    ...rows.map(({ name }) => make("option", {}, name)));
  const place = make("div", { class: "wide" });
  const said = readout();
  const key = (className, words) => [make("span", { class: "key", style: className }), words];
  frame(model, el,
    "Choose a kind of row; hover over a position, or use ↑ ↓ on its button, to hear what it sees.",
    make("div", { class: "controls" }, make("label", {}, "Kind of row: ", choice)),
    said, place,
    make("p", {}, "A row looks, a column is looked at:",
      ...key("background: var(--refimpl-blue)", "seen, it came before"),
      ...key("background: repeating-linear-gradient(45deg, var(--refimpl-orange) 0 3px, #5b3f00 3px 5px)",
        "seen, although it comes later"),
      ...key("border: 1px solid currentColor", "hidden")));

  function draw() {
    const head = make("tr", {}, make("td", {}), ...row.reads.map((token) => make("th", { scope: "col" }, token)),
      make("th", { scope: "col" }, "says"));
    const body = row.reads.map((token, i) => {
      const button = make("button", {
        type: "button",
        "aria-label": `Position ${i}, reads ${token}`,
        focus: () => choose(i),
        click: () => choose(i),
      }, token);
      const pairs = [...row.sees[i]].map((seen, j) =>
        make("td", { class: `pair${seen === "1" ? " seen" : ""}${j > i ? " ahead" : ""}` }));
      return make("tr", { pointerenter: () => choose(i) },
        make("th", { scope: "row" }, button), ...pairs, make("td", { class: "label" }, row.says[i] || "–"));
    });
    place.replaceChildren(make("table", { "aria-label": row.name, keydown: onKey },
      make("thead", {}, head), make("tbody", {}, ...body)));
    choose(0);
  }

  function choose(i) {
    at = i;
    const seen = [...row.sees[i]].map((one) => one === "1");
    place.querySelectorAll("tbody tr").forEach((one, j) => {
      one.classList.toggle("chosen", i === j);
      one.querySelector("button").tabIndex = i === j ? 0 : -1; // one stop for the Tab key
    });
    place.querySelectorAll("thead th").forEach((one, j) => one.classList.toggle("seen", Boolean(seen[j])));
    const says = row.says[i] ? `has to say ${row.says[i]}` : "has no label";
    said.replaceChildren(make("strong", {}, `Position ${i}`),
      ` reads ${row.reads[i]}, sees ${ranges(seen)}, and ${says}.`);
  }

  // [1, 1, 0, 1] as "positions 0 to 1, 3", with what is read there.
  function ranges(seen) {
    const parts = [];
    for (let i = 0; i < seen.length; i += 1) {
      if (!seen[i]) continue;
      const first = i;
      while (seen[i + 1]) i += 1;
      parts.push(first === i ? `${first}` : `${first} to ${i}`);
    }
    const count = seen.filter(Boolean).length;
    return count === 1 ? "only itself" : `${count} positions (${parts.join(", ")})`;
  }

  function onKey(event) {
    const last = row.reads.length - 1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // a notebook has keys of its own
    place.querySelectorAll("tbody button")[clamp(to, 0, last)].focus();
  }

  draw();
}

export default { render };
