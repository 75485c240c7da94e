// What all explorers share; their own module follows.

// An element with its attributes (or listeners, as functions) and children.
function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "path", "circle", "rect", "line", "g", "text", "title"].includes(tag);
  const element = svg
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

// The frame of an explorer: its title, how to use it, and the words for who does not see it.
function frame(model, el, help, ...children) {
  const explorer = make("figure", {
    class: "refimpl-explorer",
    role: "group",
    "aria-label": model.get("title"),
    "data-lm-suppress-shortcuts": "true", // JupyterLab leaves the keys to the explorer
  },
    make("figcaption", {}, make("strong", {}, model.get("title")), make("span", { class: "help" }, help)),
    ...children,
    make("details", {}, make("summary", {}, "In words"), make("p", {}, model.get("alt"))));
  el.append(explorer);
  return explorer;
}

// What is chosen, in words; a screen reader hears it when it changes.
function readout() {
  return make("p", { class: "readout", "aria-live": "polite" });
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

// A count with its noun.
function many(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

// All sounds of a page share one context, and only one of them is heard: what begins to sound says
// so, and what sounded stops. A row of compared sounds keeps to that, and so do the book's players.
const BEGINS = "refimpl-sound-begins";
let context;
let stopLast = () => {};
document.addEventListener(BEGINS, () => stopLast());

// An MP3 that came with the widget, of which any part can be played.
class Sound {
  constructor(data) {
    this.data = data;
  }

  // Resolves when the sound starts; `ended` is called when it ends by itself or another one starts.
  async play(from = 0, seconds, ended = () => {}) {
    context ??= new AudioContext();
    const resumed = context.resume();
    const { buffer, byteOffset, byteLength } = this.data;
    this.decoded ??= context.decodeAudioData(buffer.slice(byteOffset, byteOffset + byteLength));
    const [decoded] = await Promise.all([this.decoded, resumed]);
    document.dispatchEvent(new CustomEvent(BEGINS, { detail: this }));
    const source = new AudioBufferSourceNode(context, { buffer: decoded });
    source.connect(context.destination);
    source.start(0, from, seconds ?? decoded.duration);
    const startedAt = context.currentTime - from;
    let over = false;
    const stop = () => {
      if (over) return;
      over = true;
      source.stop();
      ended();
    };
    source.onended = stop;
    stopLast = stop;
    return { stop, position: () => Math.min(context.currentTime - startedAt, decoded.duration) };
  }
}

// A strip of pictures with a cursor, and a button, which play the chosen part of a sound.
// start() is where that part begins in the sound, in seconds; all parts last equally long.
function partPlayer(sound, lasts, start, ...pictures) {
  const cursor = make("div", { class: "cursor", hidden: true });
  const strip = make("div", { class: "strip", role: "img", click: jump }, ...pictures, cursor);
  const button = make("button", { type: "button", click: toggle }, "▶ Play");
  let playing = null;
  let begin = 0; // of the part that plays

  // How far into the part it plays, in seconds; null where it is silent.
  const where = () => (playing ? clamp(playing.position() - begin, 0, lasts) : null);

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

  return { strip, button, where, playFrom, stop: () => playing?.stop() };
}
