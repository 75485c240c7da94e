// A spectrogram, its tokens as a strip, and a cursor over both that mouse and keys move.
function render({ model, el }) {
  const codes = model.get("codes");
  const names = model.get("names");
  const perSecond = model.get("tokens_per_second");
  const codewords = new Sound(model.get("sounds"));
  const tune = new Sound(model.get("tune"));
  let at = 0;
  let playing = null;

  const picture = make("img", { alt: "" }); // the words are those of the strip
  picture.src = URL.createObjectURL(new Blob([model.get("picture")], { type: "image/png" }));
  const tokens = make("canvas", { width: codes.length, height: 1 });
  const same = make("canvas", { width: codes.length, height: 1, class: "same" });
  const cursor = make("div", { class: "cursor" });
  const strip = make("div", {
    class: "strip",
    tabindex: 0,
    role: "slider",
    "aria-label": "Token",
    "aria-valuemin": 1,
    "aria-valuemax": codes.length,
    pointermove: (event) => event.pointerType === "mouse" && !playing && move(under(event)),
    click: (event) => { move(under(event)); playCodeword(); },
    keydown: onKey,
  }, picture, tokens, same, cursor);
  const said = make("p", { class: "readout" }); // the slider speaks for itself
  const button = make("button", { type: "button", click: playTune }, "▶ Play from here");
  const scale = make("div", { class: "scale", "aria-hidden": "true" },
    make("span", {}, "0 s"),
    make("span", {}, "frequency ↑, under it the tokens, and a mark wherever this code comes"),
    make("span", {}, `${(codes.length / perSecond).toFixed(2)} s`));
  frame(model, el,
    "Hover or use ← → to see a token's code, click or press Enter to hear its codeword.",
    strip, scale, said, make("div", { class: "controls" }, button));

  // Neighbouring codes have nothing in common, so their colours lie far apart on the circle.
  const brush = tokens.getContext("2d");
  codes.forEach((code, i) => {
    brush.fillStyle = `hsl(${(code * 137.508) % 360} 65% ${45 + (code % 3) * 12}%)`;
    brush.fillRect(i, 0, 1, 1);
  });

  function under(event) {
    const { left, width } = strip.getBoundingClientRect();
    return Math.floor(((event.clientX - left) / width) * codes.length);
  }

  function move(to) {
    at = clamp(to, 0, codes.length - 1);
    const code = codes[at];
    const times = codes.filter((one) => one === code).length;
    cursor.style.left = `${(100 * at) / codes.length}%`;
    cursor.style.width = `max(5px, ${100 / codes.length}%)`;
    const place = `${(at / perSecond).toFixed(2)} s, token ${at + 1} of ${codes.length}`;
    const words = `code ${code}, ${times === 1 ? "only here" : `${times} times in this sound`}`;
    said.replaceChildren(`${place}: `, make("strong", {}, `code ${code}`), words.slice(`code ${code}`.length));
    strip.setAttribute("aria-valuenow", at + 1);
    strip.setAttribute("aria-valuetext", `${place}, ${words}`);
    const marks = same.getContext("2d");
    marks.clearRect(0, 0, codes.length, 1);
    marks.fillStyle = getComputedStyle(el).color;
    codes.forEach((one, i) => one === code && marks.fillRect(i, 0, 1, 1));
  }

  function playCodeword() {
    el.dataset.played = codes[at];
    codewords.play(names.indexOf(codes[at]) * model.get("every"), model.get("lasts"));
  }

  async function playTune() {
    if (playing) return playing.stop();
    playing = await tune.play(at / perSecond, undefined, () => {
      playing = null;
      button.textContent = "▶ Play from here";
    });
    button.textContent = "■ Stop";
    requestAnimationFrame(follow);
  }

  function follow() {
    if (!playing) return;
    move(Math.floor(playing.position() * perSecond));
    requestAnimationFrame(follow);
  }

  function onKey(event) {
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
    if (event.key in steps) move(at + steps[event.key]);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(codes.length - 1);
    else if (event.key === "Enter" || event.key === " ") playCodeword();
    else return;
    event.preventDefault();
    event.stopPropagation(); // a notebook has keys of its own
  }

  move(0);
  return () => playing?.stop();
}

export default { render };
