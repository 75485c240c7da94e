// Turns the plain players of an A/B row into one that plays all stages in step: of every element
// with the class "refimpl-compare", whose first child holds a <figure> with a caption for each stage.
// Every stage runs from the same clock; switching turns one gain up and the others down.
(() => {
  const STYLE = `
    .refimpl-compare { border: 1px solid currentColor; border-radius: 0.5rem; padding: 0.75rem;
      margin: 0.5em 0; }
    .refimpl-compare .transport { align-items: center; display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; }
    .refimpl-compare .transport input { flex: 1 1 8rem; min-width: 0; }
    .refimpl-compare button { background: none; border: 1px solid currentColor; border-radius: 0.375rem;
      color: inherit; cursor: pointer; font: inherit; min-width: 5.5em; padding: 0.35em 0.75em; }
    .refimpl-compare fieldset { border: 0; display: flex; flex-wrap: wrap; gap: 0.25rem 1rem;
      margin: 0.5rem 0; padding: 0; }
    .refimpl-compare legend { float: none; font: inherit; font-weight: bold; margin: 0; padding: 0; width: auto; }
    .refimpl-compare label { align-items: baseline; cursor: pointer; display: flex; gap: 0.4em;
      padding: 0.25em 0; }
    .refimpl-compare label:has(input:checked) { font-weight: bold; }
    .refimpl-compare .number { font-variant-numeric: tabular-nums; }
    .refimpl-compare summary { cursor: pointer; }`;
  const SWITCH_SECONDS = 0.01; // quick enough for the ear, slow enough not to click
  const BEGINS = "refimpl-sound-begins"; // what sounds on a page stops when something else begins
  const LEAD_SECONDS = 0.03; // so that all stages are ready when the first one starts

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  // A sound in a data address, or in a file beside the page, as bytes. A page on a disk may read no
  // file, but may run one: for it the book holds each sound in a script, too.
  async function bytesOf(address) {
    if (address.startsWith("data:")) return unpacked(address.split(",")[1]);
    if (address.startsWith("file:")) return unpacked(await fromScript(address));
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.arrayBuffer();
  }

  function unpacked(base64) {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
  }

  function fromScript(address) {
    return new Promise((resolve, reject) => {
      const script = make("script", { src: `${address}.js`, onerror: reject });
      script.onload = () => {
        script.remove();
        resolve(globalThis.refimplSounds[decodeURIComponent(address.split("/").at(-1))]);
      };
      document.head.append(script);
    });
  }

  function upgrade(row, number) {
    row.dataset.ready = "yes";
    row.dataset.lmSuppressShortcuts = "true"; // JupyterLab leaves the keys to the row
    const plain = row.firstElementChild;
    const players = [...row.querySelectorAll("audio")];
    const labels = [...row.querySelectorAll("figcaption")].map((caption) => caption.textContent);
    let context, gains, buffers, loading, seconds = 0;
    let sources = [], startedAt = 0, at = 0, chosen = 0, starting = false;

    const button = make("button", { type: "button", textContent: "▶ Play" });
    const slider = make("input", { type: "range", min: 0, max: 1, step: 0.01, value: 0 });
    slider.setAttribute("aria-label", "Position");
    const time = make("span", { className: "number" });
    const name = `refimpl-compare-${Date.now()}-${number}`;
    const radios = labels.map((_, i) => make("input", { type: "radio", name, checked: i === 0 }));
    const choices = labels.map((label, i) => make("label", {}, radios[i], label));
    const legend = make("legend", { textContent: "Heard now (switch while it plays)" });
    const alone = make("details", {}, make("summary", { textContent: "One player each" }));
    const transport = make("div", { className: "transport" }, button, slider, time);
    const choice = make("fieldset", {}, legend, ...choices);
    row.prepend(transport, choice, alone);
    alone.append(plain);

    const position = () => (sources.length ? Math.max(at, context.currentTime - startedAt) : at);

    function show() {
      if (sources.length && position() >= seconds) pause(0);
      const now = Math.min(position(), seconds || position());
      slider.value = now;
      time.textContent = `${now.toFixed(1)} s${seconds ? ` of ${seconds.toFixed(1)} s` : ""}`;
      slider.setAttribute("aria-valuetext", time.textContent);
      button.textContent = sources.length ? "Pause" : "▶ Play";
      if (sources.length) requestAnimationFrame(show);
    }

    // Not before somebody wants to hear: a browser lets no page make a sound by itself. The stage
    // that was chosen comes first; from files the others follow, and join in while it plays.
    function load() {
      loading ??= (async () => {
        context = new AudioContext();
        buffers = [];
        gains = players.map((_, i) => new GainNode(context, { gain: i === chosen ? 1 : 0 }));
        for (const gain of gains) gain.connect(context.destination);
        await decode(chosen);
        const others = players.map((_, i) => i).filter((i) => i !== chosen);
        if (players.every(({ src }) => src.startsWith("data:"))) await Promise.all(others.map(decode));
        else follow(others);
      })();
      return loading;
    }

    async function decode(stage) {
      buffers[stage] ??= await context.decodeAudioData(await bytesOf(players[stage].src));
      seconds = Math.max(seconds, buffers[stage].duration);
      slider.max = seconds;
    }

    async function follow(others) {
      for (const stage of others) {
        await decode(stage).catch(() => {}); // one that cannot be had stays silent
        if (sources.length && buffers[stage]) sound(stage, context.currentTime + LEAD_SECONDS);
      }
    }

    // Every stage follows the same clock, whenever it joins in.
    function sound(stage, when) {
      const source = new AudioBufferSourceNode(context, { buffer: buffers[stage] });
      source.connect(gains[stage]);
      source.start(when, when - startedAt);
      sources.push(source);
    }

    // Where the sounds cannot be read, the plain players are what there is.
    function giveUp() {
      transport.remove();
      choice.remove();
      alone.open = true;
    }

    async function play() {
      await load();
      await context.resume();
      document.dispatchEvent(new CustomEvent(BEGINS, { detail: row }));
      for (const player of players) player.pause();
      const start = context.currentTime + LEAD_SECONDS;
      startedAt = start - at;
      buffers.forEach((_, stage) => sound(stage, start));
      show();
    }

    function pause(from) {
      at = from;
      for (const source of sources) source.stop();
      sources = [];
    }

    button.onclick = async () => {
      if (starting) return; // the second press of an impatient hand
      if (sources.length) {
        pause(position());
        show();
        return;
      }
      starting = true;
      await play().catch(giveUp);
      starting = false;
    };
    slider.oninput = async () => {
      const wasPlaying = sources.length > 0;
      pause(Number(slider.value));
      if (wasPlaying) await play();
      show();
    };
    radios.forEach((radio, i) => {
      radio.onchange = () => {
        chosen = i;
        row.dataset.heard = labels[i];
        gains?.forEach((gain, j) => {
          gain.gain.setTargetAtTime(i === j ? 1 : 0, context.currentTime, SWITCH_SECONDS);
        });
      };
    });
    document.addEventListener(BEGINS, ({ detail }) => {
      if (detail === row || !sources.length) return;
      pause(position());
      show();
    });
    for (const player of players) {
      player.addEventListener("loadedmetadata", () => {
        if (!buffers) slider.max = seconds = Math.max(seconds, player.duration);
        show();
      });
    }
    row.dataset.heard = labels[0];
    // For pictures that follow the row, and play from where they are clicked.
    row.refimplSound = {
      plays: () => sources.length > 0,
      position: () => Math.min(position(), seconds || position()),
      async playFrom(from) {
        if (sources.length) pause(from);
        at = from;
        if (starting) return;
        starting = true;
        await play().catch(giveUp);
        starting = false;
      },
    };
    show();
  }

  const waiting = document.querySelectorAll(".refimpl-compare:not([data-ready])");
  if (!waiting.length || !window.AudioContext) return;
  if (!document.getElementById("refimpl-compare-style")) {
    document.head.append(make("style", { id: "refimpl-compare-style", textContent: STYLE }));
  }
  waiting.forEach(upgrade);
})();
