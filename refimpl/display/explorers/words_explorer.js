// The words of an order: choose one for each part, and hear the tune that was made for them.
function render({ model, el }) {
  const names = model.get("names");
  const choices = model.get("choices");
  const places = model.get("places");
  const sound = new Sound(model.get("sounds"));
  const chosen = names.map(() => 0);
  let playing = null;
  let turns = 0; // of sounds that were asked for: only the last one goes on

  const said = readout();
  const button = make("button", { type: "button", click: toggle }, "▶ Play");
  const group = `words-${Math.random().toString(36).slice(2)}`;
  const parts = names.map((name, part) => make("fieldset", {}, make("legend", {}, `${name}:`),
    ...choices[part].map((words, i) => make("label", {},
      make("input", { type: "radio", name: `${group}-${part}`, checked: i === 0,
        change: () => choose(part, i) }), ` ${words}`))));
  frame(model, el, "Choose words; the tune that they ask for begins at once.",
    ...parts, make("div", { class: "controls" }, button), said);

  // Combinations are numbered with the last part changing fastest.
  function number() {
    return chosen.reduce((so, i, part) => so * choices[part].length + i, 0);
  }

  function tell() {
    said.textContent = chosen.map((i, part) => choices[part][i]).join(", ");
    el.dataset.chosen = number();
  }

  function choose(part, i) {
    chosen[part] = i;
    tell();
    play();
  }

  async function play() {
    const mine = ++turns;
    const begun = await sound.play(...places[number()], () => {
      if (mine !== turns) return;
      playing = null;
      button.textContent = "▶ Play";
    });
    if (mine !== turns) return;
    playing = begun;
    button.textContent = "■ Stop";
  }

  function toggle() {
    if (playing) playing.stop();
    else play();
  }

  tell();
  return () => playing?.stop();
}

export default { render };
