// One trial: its sounds to switch between, and what is asked of them.

const WORDS = ["Bad", "Poor", "Fair", "Good", "Excellent"];
const wordOf = (rating) => WORDS[Math.min(4, Math.floor(rating / 20))];
const QUESTION_ENDS = ["1: not at all", "100: as well as can be"];
let player = null;
let timer = 0; // shows where the sound is
let keys = null; // what the keys of the open trial do

document.addEventListener("keydown", (event) => {
  if (!keys || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("textarea, input[type=text]")) return;
  if (event.key === " " && event.target.closest("button, summary, input:not([type=range])")) return;
  const act = keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

function leaveTrial() {
  keys = null;
  clearTimeout(timer);
  player?.pause(0);
}

// The sounds of a trial by what a listener calls them, in the listener's own order.
function named(trial, order) {
  const names = trial.reference ? [["Reference", trial.reference]] : [];
  const label = (i) => (TEST.kind === "mushra" ? `Sound ${i + 1}` : TEST.kind === "ab" ? "AB"[i] : "the sound");
  return new Map([...names, ...order.map((sound, i) => [label(i), sound])]);
}

async function showTrial(trial, title, progress, go) {
  leaveTrial();
  show(title, progress, make("p", { className: "quiet", role: "status", textContent: "The sounds are loading …" }));
  player ??= new Player(() => {});
  player.volume = state.volume;
  const sounds = [...trial.sounds, ...(trial.reference ? [trial.reference] : [])];
  try {
    await player.load(sounds);
  } catch {
    const again = button("Try again", () => showTrial(trial, title, progress, go), "main");
    show(title, make("p", { className: "alert", role: "alert",
      textContent: "The sounds cannot be loaded. Is the connection lost? All your answers are kept." }), again);
    again.focus();
    return;
  }
  const answer = (state.answers[trial.id] ??= {
    order: shuffled(trial.sounds, `${state.listener} ${trial.id}`),
    seconds: 0,
    plays: Object.fromEntries(sounds.map((sound) => [sound, 0])),
    ...(TEST.kind === "ab" ? { choice: null } : { ratings: {} }),
    done: false,
  });
  save();
  buildTrial(trial, answer, title, progress, go);
}

function buildTrial(trial, answer, title, progress, go) {
  const labels = named(trial, answer.order);
  const message = make("p", { className: "alert", role: "alert" });
  const transport = buildTransport();
  const opened = performance.now() - 1000 * answer.seconds;
  const plays = [...labels].map(([label, sound]) => playButton(label, sound, answer));
  const byLabel = new Map([...labels.keys()].map((label, i) => [label, plays[i]]));

  const changed = () => {
    answer.seconds = (performance.now() - opened) / 1000;
    message.textContent = "";
    save();
  };
  const build = { mushra: buildRatings, ab: buildChoice, questions: buildQuestions }[TEST.kind];
  const asked = build(trial, answer, labels, byLabel, changed);
  const refresh = () => {
    for (const { refresh } of plays) refresh();
    transport.refresh();
    clearTimeout(timer);
    if (player.playing) timer = setTimeout(refresh, 100);
  };
  player.onchange = refresh;

  const next = () => {
    const unheard = [...labels].filter(([, sound]) => !answer.plays[sound]).map(([label]) => label);
    const missing = asked.missing();
    if (unheard.length) message.textContent = `Please listen first: ${unheard.join(", ")}.`;
    else if (missing) message.textContent = missing;
    else {
      answer.done = true;
      changed();
      go(1);
    }
  };
  keys = { " ": () => player.playing ? (player.pause(), refresh()) : player.hear(player.heard ?? [...labels.values()][0]),
    l: () => transport.toggleLoop(),
    "[": () => player.change({ from: player.position, loop: true }),
    "]": () => player.change({ to: player.position, loop: true }) };
  plays.forEach((one, i) => {
    const number = trial.reference ? i : i + 1;
    keys[String(number)] = one.press;
    if (TEST.kind === "ab") keys["ab"[i]] = one.press;
  });
  if (trial.reference) keys.r = plays[0].press;
  const trialKeys = keys;
  const shortcuts = tick("Keyboard shortcuts", true, (on) => { keys = on ? trialKeys : null; });

  show(title, progress, ...asked.before, transport.element, ...asked.elements, message,
    make("div", { className: "buttons" }, button("Back", () => go(-1)),
      Object.assign(button("Next", next, "main"), { className: "main end" })),
    help(trial, shortcuts), stopHere(go));
  refresh();
}

function help(trial, shortcuts) {
  const rows = { mushra: "0 or R plays the reference, 1 to 9 a sound", ab: "A and B play the two sounds",
    questions: "1 plays the sound" };
  return make("details", {}, make("summary", { textContent: "Keys" }), shortcuts, make("p", { className: "quiet",
    textContent: `${rows[TEST.kind]}; space pauses; L loops; [ and ] set the loop's ends to where you are. ` +
      "On a slider, the arrow keys change the number." }));
}

function stopHere(go) {
  return make("details", {}, make("summary", { textContent: "Stop here" }),
    make("p", { className: "quiet", textContent: "This browser keeps your answers, so you can close the page and " +
      "continue later. Or send the answers that you have so far." }), button("To the answers so far", () => go("finish")));
}

function playButton(label, sound, answer) {
  const element = button("", () => press());
  const press = async () => {
    if (player.playing && player.heard === sound) {
      player.pause();
    } else {
      answer.plays[sound] += 1;
      save();
      await player.hear(sound);
    }
    player.onchange();
  };
  const refresh = () => {
    const now = player.playing && player.heard === sound;
    element.textContent = `${now ? "❚❚" : "▶"} ${label === "the sound" ? (now ? "Pause" : "Play") : label}`;
    element.setAttribute("aria-label", `${now ? "Pause" : "Play"} ${label}`);
    element.setAttribute("aria-pressed", String(now));
    element.closest(".row")?.classList.toggle("heard", now);
  };
  return { element, press, refresh };
}

// Where we are, the loop, and whether a switch begins anew.
function buildTransport() {
  const time = make("span", { className: "number" });
  const place = slider("Position", 0, player.seconds, 0.01, 0, (at) => player.change({ at }));
  const from = slider("Loop from", 0, player.seconds, 0.05, 0, (value) => player.change({ from: value }));
  const to = slider("Loop to", 0, player.seconds, 0.05, player.seconds, (value) => player.change({ to: value }));
  const shown = [from, to].map(() => make("span", { className: "number" }));
  const ends = make("div", { className: "ends-of-loop" }, make("label", {}, "From", from, shown[0]),
    make("label", {}, "To", to, shown[1]));
  const loop = tick("Loop", false, (on) => player.change({ loop: on }));
  const anew = tick("Start over when I switch", false, (on) => { player.restarts = on; });
  const refresh = () => {
    place.value = player.position;
    time.textContent = `${player.position.toFixed(1)} s of ${player.seconds.toFixed(1)} s`;
    place.setAttribute("aria-valuetext", time.textContent);
    loop.firstChild.checked = player.loop;
    ends.hidden = !player.loop;
    [player.from, player.to].forEach((value, i) => {
      const input = [from, to][i];
      input.value = value;
      shown[i].textContent = `${value.toFixed(2)} s`;
      input.setAttribute("aria-valuetext", shown[i].textContent);
    });
  };
  const element = make("div", { className: "transport", role: "group", "aria-label": "Playback" },
    make("div", { className: "line" }, place, time), make("div", { className: "line" }, loop, anew), ends);
  return { element, refresh, toggleLoop: () => player.change({ loop: !player.loop }) };
}

// A slider that counts as an answer only when somebody has touched it.
function rating(label, low, current, words, set) {
  const output = make("output", { className: "number" });
  const input = slider(label, low, 100, 1, current ?? 50, (value) => rate(value));
  const rate = (value) => {
    set(value);
    showIt(value);
  };
  const showIt = (value) => {
    input.classList.toggle("unrated", value === undefined);
    const text = value === undefined ? "not rated" : `${value}${words ? ` ${wordOf(value)}` : ""}`;
    output.textContent = text;
    input.setAttribute("aria-valuetext", text);
  };
  const confirm = () => rate(Number(input.value));
  input.addEventListener("pointerup", confirm);
  input.addEventListener("keydown", (event) => ["Home", "End", "Enter"].includes(event.key) && setTimeout(confirm));
  showIt(current);
  return { input, output };
}

function buildRatings(trial, answer, labels, plays, changed) {
  const scale = make("div", { className: "scale", "aria-hidden": "true" }, ...WORDS.map((word) => make("span", { textContent: word })));
  const rows = [make("div", { className: "row head" }, make("span"), scale, make("span"))];
  for (const [label, sound] of labels) {
    const play = plays.get(label).element;
    if (sound === trial.reference) {
      rows.unshift(make("div", { className: "row" }, play, make("span", { className: "quiet rate", textContent: "the sound to compare with" })));
      continue;
    }
    const { input, output } = rating(`Rating of ${label}`, 0, answer.ratings[sound], true, (value) => {
      answer.ratings[sound] = value;
      changed();
    });
    rows.push(make("div", { className: "row" }, play, input, output));
  }
  const missing = () => {
    const open = [...labels].filter(([, sound]) => sound !== trial.reference && answer.ratings[sound] === undefined);
    return open.length ? `Please rate: ${open.map(([label]) => label).join(", ")}.` : "";
  };
  const task = make("p", { textContent: "How close is each sound to the reference? One of them is the reference itself: give it 100." });
  return { before: [task], elements: [make("div", { className: "rows" }, ...rows)], missing };
}

function buildChoice(trial, answer, labels, plays, changed) {
  const row = make("div", { className: "buttons" }, ...[...plays.values()].map(({ element }) => element));
  const options = [...labels, ...(TEST.ties ? [["No preference", "none"]] : [])];
  const radios = options.map(([label, value]) => {
    const radio = make("input", { type: "radio", name: "choice", checked: answer.choice === value });
    radio.onchange = () => { answer.choice = value; changed(); };
    return make("label", { className: "tick" }, radio, label);
  });
  const field = make("fieldset", {}, make("legend", { textContent: "Which one do you prefer?" }), ...radios);
  const before = trial.caption ? [make("p", { className: "caption", textContent: trial.caption })] : [];
  const missing = () => (answer.choice === null ? "Please choose one of them." : "");
  return { before, elements: [row, field], missing };
}

function buildQuestions(trial, answer, labels, plays, changed) {
  const [sound] = answer.order;
  const before = [make("div", { className: "buttons" }, plays.get("the sound").element)];
  const given = (answer.ratings[sound] ??= []);
  const fields = TEST.questions.slice(0, trial.n_questions).map((question, i) => {
    const { input, output } = rating(question, 1, given[i] ?? undefined, false, (value) => {
      given[i] = value;
      changed();
    });
    return make("fieldset", {}, make("legend", { textContent: question }),
      ...(i === 1 && trial.caption ? [make("p", { className: "caption", textContent: trial.caption })] : []),
      make("div", { className: "line" }, input, output),
      make("div", { className: "ends" }, ...QUESTION_ENDS.map((text) => make("span", { textContent: text }))));
  });
  const missing = () => {
    const open = fields.findIndex((_, i) => given[i] === undefined || given[i] === null);
    return open < 0 ? "" : `Please answer: ${TEST.questions[open]}`;
  };
  return { before, elements: fields, missing };
}
