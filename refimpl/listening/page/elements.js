// The few elements that the pages are built from.

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

function button(text, onclick, className = "") {
  return make("button", { type: "button", textContent: text, onclick, className });
}

function tick(text, checked, onchange) {
  const box = make("input", { type: "checkbox", checked, onchange: () => onchange(box.checked) });
  return make("label", { className: "tick" }, box, text);
}

function slider(label, low, high, step, value, oninput) {
  const input = make("input", { type: "range", min: low, max: high, step, "aria-label": label });
  input.value = value;
  input.oninput = () => oninput(Number(input.value));
  return input;
}

// A test inside another page does not take the focus, and scroll that page, before it is used.
let takesFocus = self === top;
addEventListener("pointerdown", () => { takesFocus = true; }, true);
addEventListener("keydown", () => { takesFocus = true; }, true);

// Show a page: its heading gets the focus, so that a screen reader begins there.
function show(title, ...children) {
  const heading = make("h1", { textContent: title, tabIndex: -1 });
  const warning = keeps ? [] : [make("p", { className: "alert", role: "status",
    textContent: "This browser keeps nothing: do not close this tab before you have saved your answers." })];
  document.getElementById("page").replaceChildren(heading, ...warning, ...children);
  document.title = `${title} · ${TEST.title}`;
  if (takesFocus) heading.focus();
  scrollTo(0, 0);
}
