// Before a page is printed: the light theme, whatever the screen has, all that folds away open, and
// where the page is from.

(() => {
  const root = document.documentElement;
  let theme; // on the screen, while the page is printed
  let closed = [];

  function onPaper() {
    if (theme !== undefined) return;
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    closed = [...document.querySelectorAll("article details:not([open], details.choice)")];
    for (const one of closed) one.open = true;
  }

  function onScreen() {
    if (theme === undefined) return;
    root.dataset.theme = theme;
    theme = undefined;
    for (const one of closed) one.open = false;
  }

  addEventListener("beforeprint", onPaper);
  addEventListener("afterprint", onScreen);
  // Some browsers print without these events, and tell the style sheets alone.
  matchMedia("print").addEventListener("change", ({ matches }) => (matches ? onPaper() : onScreen()));

  const title = document.querySelector(".bd-article h1");
  if (!title || !location.protocol.startsWith("http")) return;
  const line = document.createElement("p");
  line.className = "on-paper";
  line.textContent = `From ${location.origin}${location.pathname}, where what is marked ♪ can be heard.`;
  title.after(line);
})();
