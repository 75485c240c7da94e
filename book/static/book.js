// What the pages add to the theme's own scripts.

// Who has no mouse scrolls what has the focus: a table or a formula that is wider than its place
// gets a tab stop.
function reachWideThings() {
  const places = ".pst-scrollable-table-container, mjx-container[display], .drawn";
  for (const place of document.querySelectorAll(places)) {
    if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
    else place.removeAttribute("tabindex");
  }
}

addEventListener("load", reachWideThings);
document.addEventListener("refimpl-formulas-drawn", reachWideThings);
addEventListener("resize", reachWideThings);

// Under each result a search shows some of its page, which a browser does not read from a disk.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// An address may name a place that its page no longer has: then the page says so.
function findPlace() {
  document.querySelector(".no-such-place")?.remove();
  const name = decodeURIComponent(location.hash.slice(1));
  const title = document.querySelector("article h1");
  if (!name || !title || document.getElementById(name) || document.getElementsByName(name).length) return;
  const words = document.createElement("p");
  words.className = "no-such-place";
  words.role = "status";
  words.textContent =
    `This page has no place named “${name}” (any more). Its contents, or the search, may lead you on.`;
  title.after(words);
  scrollTo({ top: 0 });
}

addEventListener("load", findPlace);
addEventListener("hashchange", findPlace);

// What a search shows of a page is text: formulas as a reader would write them, not as TeX.
const SYMBOLS = {
  mid: "|", cdot: "·", times: "×", leq: "≤", geq: "≥", approx: "≈", propto: "∝", sum: "∑", infty: "∞",
  pi: "π", sigma: "σ", mu: "μ", tau: "τ", beta: "β", lambda: "λ", to: "→", in: "∈", ldots: "…", dots: "…",
};

function inWords(tex) {
  return tex
    .replace(/^\\[([]|\\[)\]]$/g, "")
    .replace(/\\(begin|end)\{\w+\*?\}|\\(left|right|!)|\\[,;: ]|[&]|\\\\/g, " ")
    .replace(/\\(?:mathrm|text|operatorname|mathbf|hat|bar|tilde)\b/g, "")
    .replace(/\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}/g, "$1/$2")
    .replace(/\\([A-Za-z]+)/g, (_, name) => SYMBOLS[name] ?? name)
    .replace(/[{}\\]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

if (typeof Search !== "undefined") {
  const textOf = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const formula of page.querySelectorAll(".math")) formula.textContent = inWords(formula.textContent.trim());
    return textOf(page.documentElement.outerHTML, anchor);
  };
}
