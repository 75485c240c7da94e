// The way through the test: welcome, training, trials, questions about the listener, the answers.

const DEFAULT_INSTRUCTIONS = {
  mushra: "You will hear the same music several times: once as a reference, and again as it comes out of " +
    "several systems, in random order. Rate how close each sound is to the reference, from 0 (bad) to 100 " +
    "(no difference at all). One of the sounds is the reference itself.",
  ab: "You will hear two pieces of music at a time. Say which one you prefer.",
  questions: "You will hear pieces of music, one at a time. Answer what is asked about each, from 1 to 100.",
};

// The pages in order: a title for the head, and what shows it.
function steps() {
  const mine = myTrials();
  return [
    showWelcome,
    ...TEST.training.map((trial, i) => (go) => showTrial(trial,
      TEST.training.length > 1 ? `Training ${i + 1} of ${TEST.training.length}` : "Training",
      make("p", { className: "quiet", textContent: "To get used to the page and to the sounds: these answers do not count." }), go)),
    ...mine.map((trial, i) => (go) => showTrial(trial, `Trial ${i + 1} of ${mine.length}`,
      make("progress", { max: mine.length, value: i, "aria-label": "Progress" }), go)),
    showAbout,
    showFinish,
  ];
}

function go(by) {
  leaveTrial();
  const all = steps();
  state.page = by === "finish" ? all.length - 1 : state.page + by;
  state.page = Math.max(0, Math.min(all.length - 1, state.page));
  if (state.page === all.length - 1 && myTrials().every(isAnswered)) state.finished ??= new Date().toISOString();
  save();
  all[state.page](go);
}

function textOf(id) {
  return document.getElementById(id).content.cloneNode(true);
}

function showWelcome() {
  const message = make("p", { className: "alert", role: "alert" });
  const instructions = textOf("instructions");
  const own = instructions.childElementCount > 0;
  const text = own ? instructions : make("p", { textContent: DEFAULT_INSTRUCTIONS[TEST.kind] });
  const consent = textOf("consent");
  const asks = consent.childElementCount > 0;
  const agree = tick("I have read this and agree", state.agreed, (on) => { state.agreed = on; save(); });
  const start = button("Begin", () => {
    if (asks && !state.agreed) message.textContent = "Please read the text above and agree to it, or close the page.";
    else go(1);
  }, "main");
  show(TEST.title, text,
    make("p", { textContent: "Use headphones in a quiet place. This browser keeps your answers, so you can pause, " +
      "close the page, and continue later." }),
    ...(asks ? [make("h2", { textContent: "Before you begin" }), consent, agree] : []),
    make("h2", { textContent: "Volume" }), volumeCheck(),
    make("p", {}, "Your code is ", make("span", { className: "code", textContent: state.listener }),
      ". Your answers identify you only by this code."),
    message, make("div", { className: "buttons" }, start));
}

// The first sound of the test, to set the volume with.
function volumeCheck() {
  const sample = (TEST.training[0] ?? myTrials()[0]).reference ?? (TEST.training[0] ?? myTrials()[0]).sounds[0];
  const status = make("p", { className: "alert", role: "status" });
  const play = button("▶ Play a sound", async () => {
    player ??= new Player(() => {});
    player.volume = state.volume;
    player.onchange = () => { play.textContent = player.playing ? "❚❚ Stop" : "▶ Play a sound"; };
    status.textContent = "";
    if (player.playing) {
      player.pause(0);
      player.onchange();
      return;
    }
    try {
      await player.load([sample]);
      await player.hear(sample);
    } catch {
      status.textContent = "The sound cannot be loaded. Is the connection lost?";
    }
  });
  const volume = slider("Volume", 0, 1, 0.01, state.volume, (value) => {
    state.volume = value;
    if (player) player.volume = value;
    save();
  });
  return make("div", {}, make("p", { textContent: "Play this sound, set a comfortable volume, and leave it there." }),
    make("div", { className: "line" }, play, volume), status);
}

function showAbout() {
  const field = (text, value, tag, set) => {
    const input = make(tag, { value, maxLength: 2000, oninput: () => { set(input.value); save(); } });
    if (tag === "input") input.type = "text";
    return make("label", { className: "field" }, text, input);
  };
  show("About you", make("p", { textContent: "You can leave these empty." }),
    ...TEST.ask.map((question, i) => field(question, state.about[i] ?? "", "input", (value) => { state.about[i] = value; })),
    field("Comments on the test", state.comment, "textarea", (value) => { state.comment = value; }),
    make("div", { className: "buttons" }, button("Back", () => go(-1)),
      Object.assign(button("To the end", () => go(1)), { className: "main end" })));
}

function showFinish() {
  const result = resultOf();
  const text = JSON.stringify(result, null, 1);
  const status = make("p", { role: "status", className: "quiet" });
  const open = myTrials().filter((trial) => !isAnswered(trial)).length;
  const box = make("textarea", { value: text, readOnly: true, rows: 8, "aria-label": "Your answers as text" });
  const whole = make("details", {}, make("summary", { textContent: "See the file" }), box);
  const download = button("Save my answers", () => {
    const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const link = make("a", { href: address, download: `listener-${state.listener}.json` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    status.textContent = `Saved as listener-${state.listener}.json.`;
  }, "main");
  const copy = button("Copy them instead", async () => {
    try {
      await navigator.clipboard.writeText(text);
      status.textContent = "Copied.";
    } catch {
      whole.open = true;
      box.select();
      status.textContent = "Copy the marked text below.";
    }
  });
  show(open ? "Your answers so far" : "Thank you",
    make("p", { textContent: open ? `${open} of ${myTrials().length} trials are not answered yet.` : "That was the last trial." }),
    make("p", { textContent: "This page has sent nothing. Save your answers as a file, and send it back." }),
    ...(TEST.contact ? [make("p", { className: "caption", textContent: TEST.contact })] : []),
    make("p", {}, "Your code is ", make("span", { className: "code", textContent: state.listener }), "."),
    make("div", { className: "buttons" }, download, copy), status, whole,
    make("div", { className: "buttons" }, button(open ? "Continue the test" : "Back", () => goOn()),
      button("Another listener", () => {
        if (!confirm("Start again as another listener? Save your answers first.")) return;
        beginAnew();
        go(0);
      })));
}

// Back into the test: to the first trial that is open.
function goOn() {
  const training = TEST.training.length;
  const open = myTrials().findIndex((trial) => !isAnswered(trial));
  state.page = open < 0 ? steps().length - 2 : 1 + training + open;
  go(0);
}

go(0);
