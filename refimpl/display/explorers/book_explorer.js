// A sound from its first books: the slider adds books while spectrogram and sound go on.
function render({ model, el }) {
  const codes = model.get("codes");
  const rates = model.get("rates");
  const errors = model.get("errors");
  const nBooks = rates.length;
  const lasts = model.get("lasts");
  const sound = new Sound(model.get("sounds"));
  const start = () => (on - 1) * model.get("every"); // of what is heard, in the MP3
  let on = 1;

  const all = make("img");
  const spectrum = make("canvas", { class: "spectrum" });
  const grid = make("canvas", { class: "books", width: codes.length, height: nBooks });
  const player = partPlayer(sound, lasts, start, spectrum, grid);
  const slider = make("input", {
    type: "range", min: 1, max: nBooks, step: 1, value: 1, "aria-label": "Books that are on",
    input: () => turn(Number(slider.value)),
    keydown: (event) => event.stopPropagation(), // a notebook has keys of its own
  });
  const said = make("p", { class: "readout" }); // the slider speaks for itself
  const scale = make("div", { class: "scale", "aria-hidden": "true" },
    make("span", {}, "0 s"),
    make("span", {}, "frequency ↑, under it a row of codes for each book"),
    make("span", {}, `${lasts.toFixed(1)} s`));
  frame(model, el, "Press Play, then switch on more books with the slider or ← →.",
    player.strip, scale, said,
    make("div", { class: "controls" }, player.button, make("label", {}, "Books: ", slider)));

  all.onload = () => {
    spectrum.width = all.naturalWidth;
    spectrum.height = all.naturalHeight / nBooks;
    draw();
  };
  all.src = URL.createObjectURL(new Blob([model.get("picture")], { type: "image/png" }));

  function draw() {
    const { width, height } = spectrum;
    if (all.complete && all.naturalWidth) {
      spectrum.getContext("2d").drawImage(all, 0, (on - 1) * height, width, height, 0, 0, width, height);
    }
    // Neighbouring codes have nothing in common, so their colours lie far apart on the circle.
    const brush = grid.getContext("2d");
    brush.clearRect(0, 0, grid.width, grid.height);
    codes.forEach((step, i) => step.forEach((code, book) => {
      brush.globalAlpha = book < on ? 1 : 0.12;
      brush.fillStyle = `hsl(${(code * 137.508) % 360} 65% ${45 + (code % 3) * 12}%)`;
      brush.fillRect(i, book, 1, 1);
    }));
  }

  function turn(to) {
    const at = player.where();
    on = clamp(to, 1, nBooks);
    el.dataset.books = on;
    slider.value = on;
    const books = `${on} of ${many(nBooks, "book")}`;
    const facts = `${Math.round(rates[on - 1]).toLocaleString("en")} bits per second, ` +
      `${errors[on - 1].toFixed(1)} dB from the sound itself`;
    said.replaceChildren(make("strong", {}, books), `: ${facts}`);
    slider.setAttribute("aria-valuetext", `${books}, ${facts}`);
    player.strip.setAttribute("aria-label", `Spectrogram and codes with ${books}`);
    draw();
    if (at !== null) player.playFrom(at);
  }

  turn(1);
  return player.stop;
}

export default { render };
