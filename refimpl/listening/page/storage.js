// What a listener has answered, kept in the browser with every change: a closed tab loses nothing.

const TEST = JSON.parse(document.getElementById("test").textContent);
const PLACE = `refimpl-listening-test-${TEST.test}`;
let keeps = true; // whether this browser keeps anything

function read() {
  try {
    return JSON.parse(localStorage.getItem(PLACE));
  } catch {
    return null;
  }
}

function begin() {
  const listener = newCode();
  const number = Number(new URLSearchParams(location.search).get("listener")); // from an own link
  const random = randomFrom(`${listener} plan`)();
  const plan = Number.isInteger(number) && number > 0 ? number - 1 : Math.floor(random * TEST.plans.length);
  return {
    listener,
    plan: plan % TEST.plans.length,
    started: new Date().toISOString(),
    finished: null,
    page: 0,
    agreed: false,
    volume: 1,
    answers: {},
    about: TEST.ask.map(() => ""),
    comment: "",
  };
}

function save() {
  try {
    localStorage.setItem(PLACE, JSON.stringify(state));
  } catch {
    keeps = false;
  }
}

// The next listener at this machine; what the one before answered stays in the browser.
function beginAnew() {
  try {
    localStorage.setItem(`${PLACE}-${state.listener}`, JSON.stringify(state));
    localStorage.removeItem(PLACE);
  } catch {
    keeps = false;
  }
  state = begin();
  save();
}

let state = read() ?? begin();
save();
// Two tabs of one test would overwrite each other's answers: the other one follows.
addEventListener("storage", (event) => event.key === PLACE && location.reload());
addEventListener("beforeunload", (event) => {
  if (!keeps && !state.finished) event.preventDefault();
});

function myTrials() {
  return TEST.plans[state.plan].map((i) => TEST.trials[i]);
}

function isAnswered(trial) {
  return Boolean(state.answers[trial.id]?.done);
}

// The file that a listener sends back.
function resultOf() {
  const answers = [...TEST.training, ...myTrials()]
    .filter(isAnswered)
    .map(({ id }) => {
      const { order, seconds, plays, ratings, choice } = state.answers[id];
      const rounded = Math.round(10 * seconds) / 10;
      return choice === undefined
        ? { trial: id, order, seconds: rounded, plays, ratings }
        : { trial: id, order, seconds: rounded, plays, choice };
    });
  return {
    format: "refimpl listening test",
    version: 1,
    test: TEST.test,
    listener: state.listener,
    plan: state.plan,
    started: state.started,
    finished: state.finished,
    complete: myTrials().every(isAnswered),
    answers,
    about: TEST.ask.map((question, i) => ({ question, answer: state.about[i] ?? "" })),
    comment: state.comment,
  };
}
