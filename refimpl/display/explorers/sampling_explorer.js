// A temperature, a position in its tune, and the probabilities that the token there was drawn from.
const WIDTH = 400;
const HEIGHT = 60;

function render({ model, el }) {
  const temperatures = model.get("temperatures");
  const runs = model.get("runs");
  const names = model.get("names");
  const perSecond = model.get("tokens_per_second");
  const tunes = model.get("tunes").map((data) => new Sound(data));
  const most = Math.log2(Math.max(2, ...runs.flatMap((run) => run.choices)));
  const group = `temperature-${Math.random()}`;
  let chosen = 0;
  let at = 0;
  let playing = null;

  const radios = temperatures.map((temperature, i) => make("label", {},
    make("input", { type: "radio", name: group, checked: i === 0, change: () => setTemperature(i) }), ` ${temperature}`));
  const button = make("button", { type: "button", click: playTune }, "▶ Play the tune");
  const slider = make("input", { type: "range", min: 1, "aria-label": "Token", input: () => move(slider.value - 1) });
  const said = readout();
  const bars = make("div", { class: "bars" });
  const line = make("path", { fill: "none", stroke: "currentColor", "stroke-width": 2, "vector-effect": "non-scaling-stroke" });
  const mark = make("line", { y1: 0, y2: HEIGHT, stroke: "var(--refimpl-orange)", "stroke-width": 3, "vector-effect": "non-scaling-stroke" });
  const curve = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", style: "height: 4rem; margin-bottom: 0.5rem; width: 100%" }, line, mark);
  const summary = make("p");
  frame(model, el,
    "Choose a temperature, move along its tune, and hear it.",
    make("fieldset", {}, make("legend", {}, "Temperature"), ...radios),
    make("div", { class: "controls" }, button, slider),
    said, bars, curve, summary);

  function setTemperature(i) {
    const wasPlaying = playing;
    wasPlaying?.stop();
    chosen = i;
    const { choices } = runs[i];
    slider.max = choices.length;
    line.setAttribute("d", choices.map((n, j) =>
      `${j ? "L" : "M"}${((j + 0.5) / choices.length) * WIDTH} ${HEIGHT - 2 - (Math.log2(n) / most) * (HEIGHT - 4)}`).join(""));
    const mean = choices.reduce((a, b) => a + b) / choices.length;
    const words = `Between how many tokens the model hesitates, along the tune: ${mean.toFixed(1)} on average, `
      + `${Math.max(...choices).toFixed(1)} at most`;
    curve.setAttribute("aria-label", words);
    summary.textContent = `${words}. (Each step upwards in the curve is a doubling.)`;
    move(at);
    if (wasPlaying) playTune();
  }

  const nameOf = (id) => names[id] ?? `code ${id}`;
  const percent = (thousandths) => (thousandths < 1 ? "< 0.1 %" : `${(thousandths / 10).toFixed(1)} %`);

  function move(to) {
    const { ids, top, own, choices } = runs[chosen];
    at = clamp(Number(to), 0, ids.length - 1);
    slider.value = at + 1;
    slider.setAttribute("aria-valuetext", `token ${at + 1} of ${ids.length}`);
    mark.setAttribute("x1", ((at + 0.5) / ids.length) * WIDTH);
    mark.setAttribute("x2", ((at + 0.5) / ids.length) * WIDTH);
    said.replaceChildren(make("strong", {}, `Token ${at + 1} of ${ids.length}, temperature ${temperatures[chosen]}`),
      `: ${nameOf(ids[at])} was drawn, at ${percent(own[at])}; the model hesitated between ${choices[at].toFixed(1)} tokens.`);
    const shown = top[at].filter(([id, p]) => p > 0 || id === ids[at]);
    const rest = Math.max(0, 1000 - shown.reduce((sum, [, p]) => sum + p, 0));
    bars.replaceChildren(...shown.flatMap(([id, p]) => bar(nameOf(id), p, id === ids[at] ? "chosen" : "")),
      ...bar("all others", rest, shown.some(([id]) => id === ids[at]) ? "rest" : "rest chosen"));
  }

  function bar(name, thousandths, kind) {
    return [
      make("span", {}, kind.includes("chosen") ? make("strong", {}, `▸ ${name}`) : name),
      make("span", { class: `bar ${kind}`, style: `width: ${thousandths / 10}%` }),
      make("span", { class: "number" }, percent(thousandths)),
    ];
  }

  async function playTune() {
    if (playing) return playing.stop();
    el.dataset.played = temperatures[chosen];
    const atEnd = at >= runs[chosen].ids.length - 1;
    playing = await tunes[chosen].play(atEnd ? 0 : at / perSecond, undefined, () => {
      playing = null;
      button.textContent = "▶ Play the tune";
    });
    button.textContent = "■ Stop";
    requestAnimationFrame(follow);
  }

  function follow() {
    if (!playing) return;
    const now = Math.floor(playing.position() * perSecond);
    if (now !== at) move(now);
    requestAnimationFrame(follow);
  }

  setTemperature(0);
  return () => playing?.stop();
}

export default { render };
