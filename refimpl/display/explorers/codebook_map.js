// Codewords as points. The nearest to the mouse is chosen, or the next in an arrow's direction.
const SIZE = 400;
const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function render({ model, el }) {
  const codes = model.get("codes");
  const counts = model.get("counts");
  const peaks = model.get("peaks");
  const places = model.get("places").map(([x, y]) => [x * SIZE, (1 - y) * SIZE]);
  const levels = model.get("frames");
  const nBands = levels.byteLength / codes.length;
  const codewords = new Sound(model.get("sounds"));
  const [xAxis, yAxis] = model.get("axes");
  const most = Math.max(...counts);
  const byPeak = [...peaks].sort((a, b) => a - b);
  let at = counts.indexOf(most);

  const points = places.map(([cx, cy], i) => {
    // Low to high: blue to orange, by the middle of its rank, so that all shades are in use.
    const share = (byPeak.indexOf(peaks[i]) + byPeak.lastIndexOf(peaks[i])) / 2 / codes.length;
    const fill = `color-mix(in srgb, var(--refimpl-orange) ${Math.round(100 * share)}%, var(--refimpl-blue))`;
    return make("circle", { cx, cy, r: 3 + 6 * Math.sqrt(counts[i] / most), style: `fill: ${fill}` });
  });
  const ring = make("circle", { r: 12, fill: "none", stroke: "currentColor", "stroke-width": 3 });
  const map = make("svg", {
    class: "map",
    viewBox: `-14 -14 ${SIZE + 28} ${SIZE + 28}`,
    tabindex: 0,
    role: "application",
    "aria-label": "Map of codewords: arrow keys go to the next one, Enter plays it",
    pointermove: (event) => event.pointerType === "mouse" && choose(nearest(event)),
    click: (event) => { choose(nearest(event)); play(); },
    keydown: onKey,
  }, make("rect", { x: -13, y: -13, width: SIZE + 26, height: SIZE + 26, fill: "none", stroke: "currentColor" }),
  ...points, ring);
  const said = readout();
  const spectrum = make("path", { fill: "var(--refimpl-blue)", stroke: "currentColor" });
  const curve = make("svg", { viewBox: "0 0 200 90", style: "margin-bottom: 0.5rem", role: "img", "aria-label": "Its spectrum" }, spectrum);
  frame(model, el,
    "Hover or use the arrow keys to choose a codeword, click or press Enter to hear it.",
    make("div", { class: "beside" },
      map,
      make("div", {}, said, curve,
        make("p", {}, "Its spectrum, low frequencies at the left. On the map: → ", xAxis.toLowerCase(), "; ↑ ",
          yAxis.toLowerCase(), "; the strongest frequency rises from blue to orange; large points are used often."))));

  function nearest(event) {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    const far = places.map(([x, y]) => Math.hypot(x - place.x, y - place.y));
    return far.indexOf(Math.min(...far));
  }

  // What lies ahead counts by its distance, and twice as much for lying aside.
  function next([dx, dy]) {
    let best = at;
    let shortest = Infinity;
    places.forEach(([x, y], i) => {
      const ahead = (x - places[at][0]) * dx + (y - places[at][1]) * dy;
      const aside = Math.abs((x - places[at][0]) * dy) + Math.abs((y - places[at][1]) * dx);
      const cost = ahead + 2 * aside;
      if (i !== at && ahead > 0.01 && cost < shortest) [best, shortest] = [i, cost];
    });
    return best;
  }

  function choose(i) {
    if (i === at && said.textContent) return;
    at = i;
    ring.setAttribute("cx", places[i][0]);
    ring.setAttribute("cy", places[i][1]);
    said.replaceChildren(make("strong", {}, `Code ${codes[i]}`),
      `: used ${many(counts[i], "time")}, strongest near ${peaks[i].toLocaleString("en")} Hz.`);
    let line = "M0 90";
    for (let band = 0; band < nBands; band += 1) {
      const level = levels.getUint8(i * nBands + band) / 255;
      line += `L${((200 * band) / (nBands - 1)).toFixed(1)} ${(90 - 88 * level).toFixed(1)}`;
    }
    spectrum.setAttribute("d", `${line}L200 90Z`);
  }

  function play() {
    el.dataset.played = codes[at];
    codewords.play(at * model.get("every"), model.get("lasts"));
  }

  function onKey(event) {
    if (event.key in DIRECTIONS) choose(next(DIRECTIONS[event.key]));
    else if (event.key === "Enter" || event.key === " ") play();
    else return;
    event.preventDefault();
    event.stopPropagation(); // a notebook has keys of its own
  }

  choose(at);
}

export default { render };
