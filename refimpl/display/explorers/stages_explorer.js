// A sound at several stages: the slider moves through them while spectrogram and sound go on.
function render({ model, el }) {
  const ways = model.get("ways");
  const stages = model.get("stages");
  const lasts = model.get("lasts");
  const sound = new Sound(model.get("sounds"));
  let way = 0;
  let on = 0;

  const spectrum = make("canvas", { class: "spectrum" });
  const player = partPlayer(sound, lasts, start, spectrum);
  const slider = make("input", {
    type: "range", min: 1, step: 1, value: 1, "aria-label": "Stage",
    input: () => turn(slider.value - 1),
    keydown: (event) => event.stopPropagation(), // a notebook has keys of its own
  });
  const said = make("p", { class: "readout" }); // the slider speaks for itself
  const scale = make("div", { class: "scale", "aria-hidden": "true" },
    make("span", {}, "0 s"), make("span", {}, "frequency ↑"), make("span", {}, `${lasts.toFixed(1)} s`));
  const group = `way-${Math.random().toString(36).slice(2)}`;
  const choices = ways.map((name, i) => make("label", {},
    make("input", { type: "radio", name: group, checked: i === 0, change: () => take(i) }), ` ${name}`));
  frame(model, el, "Press Play, then move through the stages with the slider or ← →.",
    ...(ways.length > 1 ? [make("fieldset", {}, make("legend", {}, "Show:"), ...choices)] : []),
    player.strip, scale, said,
    make("div", { class: "controls" }, player.button, make("label", {}, "Stage: ", slider)));

  const pictures = model.get("pictures").map((data) => {
    const picture = make("img");
    picture.onload = draw;
    picture.src = URL.createObjectURL(new Blob([data], { type: "image/png" }));
    return picture;
  });

  function draw() {
    const all = pictures[way];
    if (!all.naturalWidth) return; // not read yet
    const height = all.naturalHeight / stages[way].length;
    spectrum.width = all.naturalWidth;
    spectrum.height = height;
    spectrum.getContext("2d").drawImage(all, 0, on * height, all.naturalWidth, height, 0, 0, all.naturalWidth, height);
  }

  // Where the chosen stage begins in the MP3, in seconds.
  function start() {
    const before = stages.slice(0, way).reduce((n, some) => n + some.length, 0);
    return (before + on) * model.get("every");
  }

  function take(i) {
    const share = stages[way].length > 1 ? on / (stages[way].length - 1) : 0;
    const at = player.where();
    way = i;
    on = Math.round(share * (stages[way].length - 1));
    show(at);
  }

  function turn(to) {
    const at = player.where();
    on = clamp(to, 0, stages[way].length - 1);
    show(at);
  }

  function show(at) {
    const name = stages[way][on];
    slider.max = stages[way].length;
    slider.value = on + 1;
    el.dataset.stage = `${way} ${on}`;
    said.replaceChildren(make("strong", {}, name), ` (${on + 1} of ${stages[way].length})`);
    slider.setAttribute("aria-valuetext", name);
    player.strip.setAttribute("aria-label", `Spectrogram of ${ways[way]}, ${name}`);
    draw();
    if (at !== null) player.playFrom(at);
  }

  show(null);
  return player.stop;
}

export default { render };
