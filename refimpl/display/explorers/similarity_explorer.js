// The bars of a tune against one another. A cell plays its two bars, the earlier one first.
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
const SIDE = 384; // of the square, in its own pixels

function render({ model, el }) {
  const names = model.get("names");
  const tables = model.get("similarities");
  const lines = model.get("bars");
  const sound = new Sound(model.get("sounds"));
  let tune = 0;
  let at = [0, 0];
  let playing = null;

  const square = make("canvas", {
    class: "square", width: SIDE, height: SIDE, tabindex: 0, role: "application",
    "aria-label": "Bars against bars: arrow keys choose two of them, Enter plays both",
    pointermove: (event) => event.pointerType === "mouse" && !playing && choose(under(event)),
    click: (event) => { choose(under(event)); playPair(); },
    keydown: onKey,
  });
  const said = readout();
  const button = make("button", { type: "button", click: toggle }, "▶ Whole tune");
  const group = `tune-${Math.random().toString(36).slice(2)}`;
  const choices = names.map((name, i) => make("label", {},
    make("input", { type: "radio", name: group, checked: i === 0, change: () => show(i) }), ` ${name}`));
  frame(model, el, "Hover or use the arrow keys to choose two bars, click or press Enter to hear both.",
    make("fieldset", {}, make("legend", {}, "Tune:"), ...choices),
    make("div", { class: "beside" },
      square,
      make("div", {}, said, make("div", { class: "controls" }, button),
        make("p", {}, "Rows and columns are bars, from the top left. The stronger a cell, the more alike " +
          "its two bars: every bar is like itself, which makes the diagonal."))));

  function nBars() { return lines[tune].length - 1; }

  function alike(row, column) {
    return tables[tune].getUint8(row * nBars() + column) / 255;
  }

  function draw(now = null) {
    const n = nBars();
    const brush = square.getContext("2d");
    const ink = getComputedStyle(el).color;
    const cell = SIDE / n;
    brush.clearRect(0, 0, SIDE, SIDE);
    for (let row = 0; row < n; row += 1) {
      for (let column = 0; column < n; column += 1) {
        brush.globalAlpha = alike(row, column) ** 1.5;
        brush.fillStyle = ink;
        brush.fillRect(column * cell, row * cell, Math.ceil(cell), Math.ceil(cell));
      }
    }
    brush.globalAlpha = 1;
    brush.lineWidth = 3;
    brush.strokeStyle = "#e69f00";
    if (now === null) brush.strokeRect(at[1] * cell, at[0] * cell, cell, cell);
    else brush.strokeRect(0, now * cell, (now + 1) * cell, cell); // what it may be like so far
  }

  function under(event) {
    const { left, top, width, height } = square.getBoundingClientRect();
    const place = (share) => clamp(Math.floor(share * nBars()), 0, nBars() - 1);
    return [place((event.clientY - top) / height), place((event.clientX - left) / width)];
  }

  function choose([row, column]) {
    at = [clamp(row, 0, nBars() - 1), clamp(column, 0, nBars() - 1)];
    const [first, second] = [Math.min(...at) + 1, Math.max(...at) + 1];
    const words = first === second ? `Bar ${first}, and itself`
      : `Bars ${first} and ${second}: ${Math.round(100 * alike(...at))} % alike`;
    said.replaceChildren(make("strong", {}, words));
    el.dataset.bars = `${first} ${second}`;
    draw();
  }

  function show(i) {
    playing?.stop();
    tune = i;
    choose([0, 0]);
  }

  const start = (bar) => lines[tune][bar];
  const lasts = (bar) => lines[tune][bar + 1] - lines[tune][bar];

  let turns = 0; // of sounds that were asked for: only the last one goes on
  async function playPair() {
    const mine = ++turns;
    const [first, second] = [Math.min(...at), Math.max(...at)];
    playing = null;
    button.textContent = "▶ Whole tune";
    await sound.play(start(first), lasts(first), () => {
      if (mine === turns && first !== second) setTimeout(() => {
        if (mine === turns) sound.play(start(second), lasts(second));
      }, 250);
    });
  }

  function toggle() {
    if (playing) playing.stop();
    else playAll();
  }

  async function playAll() {
    const mine = ++turns;
    const n = nBars();
    const begun = await sound.play(start(0), start(n) - start(0), () => {
      if (mine !== turns) return;
      playing = null;
      button.textContent = "▶ Whole tune";
      draw();
    });
    if (mine !== turns) return;
    playing = begun;
    button.textContent = "■ Stop";
    requestAnimationFrame(follow);
  }

  function follow() {
    if (!playing) return;
    const position = playing.position();
    const later = lines[tune].findIndex((line) => line > position);
    draw(later < 0 ? nBars() - 1 : Math.max(0, later - 1));
    requestAnimationFrame(follow);
  }

  function onKey(event) {
    if (event.key in STEPS) choose(STEPS[event.key].map((step, i) => at[i] + step));
    else if (event.key === "Enter" || event.key === " ") playPair();
    else return;
    event.preventDefault();
    event.stopPropagation(); // a notebook has keys of its own
  }

  choose([0, 0]);
  return () => playing?.stop();
}

export default { render };
