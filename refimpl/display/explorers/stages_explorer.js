// A sound at several stages: the slider moves through them while spectrogram and sound go on.
function render({ model, el }) {
  const ways = model.get("ways");
  const stages = model.get("stages");
  const lasts = model.get("lasts");
  const sound = new Sound(model.get("sounds"));
  let way = 0;
  let on = 0;
  let playing = null;
  let begin = 0; // in the MP3, of the stage that plays

  const spectrum = make("canvas", { class: "spectrum" });
  const cursor = make("div", { class: "cursor", hidden: true });
  const strip = make("div", { class: "strip", role: "img", click: jump }, spectrum, cursor);
  const slider = make("input", {
    type: "range", min: 1, step: 1, value: 1, "aria-label": "Stage",
    input: () => turn(slider.value - 1),
    keydown: (event) => event.stopPropagation(), // a notebook has keys of its own
  });
  const button = make("button", { type: "button", click: toggle }, "▶ Play");
  const said = make("p", { class: "readout" }); // the slider speaks for itself
  const scale = make("div", { class: "scale", "aria-hidden": "true" },
    make("span", {}, "0 s"), make("span", {}, "frequency ↑"), make("span", {}, `${lasts.toFixed(1)} s`));
  const group = `way-${Math.random().toString(36).slice(2)}`;
  const choices = ways.map((name, i) => make("label", {},
    make("input", { type: "radio", name: group, checked: i === 0, change: () => take(i) }), ` ${name}`));
  frame(model, el, "Press Play, then move through the stages with the slider or ← →.",
    ...(ways.length > 1 ? [make("fieldset", {}, make("legend", {}, "Show:"), ...choices)] : []),
    strip, scale, said,
    make("div", { class: "controls" }, button, make("label", {}, "Stage: ", slider)));

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
    const at = where();
    way = i;
    on = Math.round(share * (stages[way].length - 1));
    show(at);
  }

  function turn(to) {
    const at = where();
    on = clamp(to, 0, stages[way].length - 1);
    show(at);
  }

  const where = () => (playing ? clamp(playing.position() - begin, 0, lasts) : null);

  function show(at) {
    const name = stages[way][on];
    slider.max = stages[way].length;
    slider.value = on + 1;
    el.dataset.stage = `${way} ${on}`;
    said.replaceChildren(make("strong", {}, name), ` (${on + 1} of ${stages[way].length})`);
    slider.setAttribute("aria-valuetext", name);
    strip.setAttribute("aria-label", `Spectrogram of ${ways[way]}, ${name}`);
    draw();
    if (at !== null) playFrom(at);
  }

  function toggle() {
    if (playing) playing.stop();
    else playFrom(0);
  }

  function jump(event) {
    const { left, width } = strip.getBoundingClientRect();
    playFrom(clamp((event.clientX - left) / width, 0, 1) * lasts);
  }

  let turns = 0; // of sounds that were asked for: only the last one may set the button back
  async function playFrom(at) {
    const mine = ++turns;
    const first = start();
    const begun = await sound.play(first + at, lasts - at, () => {
      if (mine !== turns) return;
      playing = null;
      cursor.hidden = true;
      button.textContent = "▶ Play";
    });
    if (mine !== turns) return;
    playing = begun;
    begin = first;
    button.textContent = "■ Stop";
    cursor.hidden = false;
    requestAnimationFrame(follow);
  }

  function follow() {
    if (!playing) return;
    cursor.style.left = `${(100 * where()) / lasts}%`;
    cursor.style.width = "3px";
    requestAnimationFrame(follow);
  }

  show(null);
  return () => playing?.stop();
}

export default { render };
