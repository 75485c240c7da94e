// Run in an open page: returns the text of the page as XHTML, with what an EPUB may hold.
() => {
  const article = document.querySelector("article").cloneNode(true);
  const original = document.querySelector("article");
  const drop = (selector) => { for (const one of article.querySelectorAll(selector)) one.remove(); };
  const title = article.querySelector("h1").firstChild.textContent.trim();

  // Formulas: what MathJax drew holds the same as MathML, for screen readers.
  for (const container of article.querySelectorAll("mjx-container")) {
    const math = container.querySelector("math");
    const shown = container.getAttribute("display") === "true";
    if (shown) math.setAttribute("display", "block");
    const place = container.closest(".math") ?? container;
    place.replaceWith(math);
  }
  // Explorers: the sentence that says what they show.
  for (const explorer of article.querySelectorAll(".anywidget")) {
    const words = document.createElement("p");
    words.className = "sound";
    const label = explorer.querySelector("[aria-label]")?.getAttribute("aria-label") ?? "";
    words.textContent = `In the published book, an explorer answers here. ${label}`;
    explorer.replaceWith(words);
  }
  // Sounds: links.
  for (const player of article.querySelectorAll("audio")) {
    const link = document.createElement("a");
    link.className = "sound";
    link.href = player.getAttribute("src");
    const label = player.getAttribute("aria-label") ?? "sound";
    link.textContent = `♪ ${label}`;
    player.replaceWith(link);
  }
  // Only one setting of a knob is shown; on paper those that its author chose.
  drop(".refimpl-knobs section:not([data-twin])");
  drop(".refimpl-knobs .knob");
  drop(".refimpl-compare > .transport, .refimpl-compare > fieldset, .refimpl-compare summary");
  drop(".start-dial > .dial, .start-dial > .said, .start-dial > .dial-picture");
  drop("script, style, button, input, template, dialog, iframe, canvas, object, link, meta");
  drop(".headerlink, .on-paper, .hearable, .copybtn, .page-remark, .prev-next-area, .check-score");
  drop(".exercise-badge, nav.here, .code-switch, .tocsection");
  // What folds is open, its summary a line above it.
  for (const part of article.querySelectorAll("details, summary")) {
    const plain = document.createElement("div");
    plain.append(...part.childNodes);
    part.replaceWith(plain);
  }
  // A label without a field, a figure in a line of text: an EPUB is strict about what stands where.
  for (const one of article.querySelectorAll("label, output, mjx-assistive-mml, span.follows")) {
    one.replaceWith(...one.childNodes);
  }
  const KEPT = new Set(["id", "class", "href", "src", "alt", "colspan", "rowspan", "lang", "start", "value"]);
  const ids = new Set();
  for (const one of article.querySelectorAll("*")) {
    if (one.namespaceURI !== "http://www.w3.org/1999/xhtml") continue;
    for (const { name } of [...one.attributes]) {
      if (!KEPT.has(name)) one.removeAttribute(name);
    }
    if (one.id && (ids.has(one.id) || /\s/.test(one.id))) one.removeAttribute("id");
    if (one.id) ids.add(one.id);
    if (one.matches("img") && !one.hasAttribute("alt")) one.setAttribute("alt", "");
    if (one.matches("a") && one.hasAttribute("href") && !one.textContent.trim() && !one.querySelector("img")) {
      one.removeAttribute("href");
    }
  }
  const holder = document.createElement("div");
  holder.id = "top";
  holder.append(...article.childNodes);
  const body = new XMLSerializer().serializeToString(holder);
  return { title, body, ids: [...ids, "top"] };
}
