// Self-check questions: choices that stand together are one question, and the page counts them.
// A choice is a <details>, so that it works without this script, too; checks.css marks it.

// Choices without anything between them answer the same question.
function questionsOf(choices) {
  const questions = [];
  for (const choice of choices) {
    if (choice.previousElementSibling?.matches("details.choice")) questions.at(-1).push(choice);
    else questions.push([choice]);
  }
  return questions;
}

// Put the choices of a question into a group that is called as the question is.
function group(choices, number) {
  const asked = choices[0].previousElementSibling;
  const place = document.createElement("div");
  place.className = "question";
  place.setAttribute("role", "group");
  if (asked) {
    asked.id ||= `question-${number + 1}`;
    place.setAttribute("aria-labelledby", asked.id);
  }
  choices[0].before(place);
  place.append(...choices);
}

function countAnswers() {
  const questions = questionsOf(document.querySelectorAll("details.choice"));
  if (!questions.length) return;
  questions.forEach(group);

  const first = new Map(); // question -> the choice that was opened first
  const score = document.createElement("p");
  score.setAttribute("role", "status");
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Start again";
  const place = document.createElement("div");
  place.className = "check-score";
  place.append(score, again);
  questions.at(-1)[0].parentElement.after(place);

  function show() {
    const right = [...first.values()].filter((choice) => choice.classList.contains("right")).length;
    const all = questions.length;
    score.textContent = first.size
      ? `${first.size} of ${all} questions answered, ${right} of them right at the first try.`
      : `0 of ${all} questions answered. Open a choice to see whether it is right, and why.`;
    again.hidden = !first.size;
  }

  for (const choices of questions) {
    for (const choice of choices) {
      choice.addEventListener("toggle", () => {
        if (!choice.open) return;
        choice.classList.add("opened"); // its mark stays when it is closed again
        if (!first.has(choices)) first.set(choices, choice);
        show();
      });
    }
  }
  again.addEventListener("click", () => {
    for (const choice of questions.flat()) {
      choice.open = false;
      choice.classList.remove("opened");
    }
    first.clear();
    show();
    questions[0][0].querySelector("summary").focus();
  });
  show();
}

countAnswers();
