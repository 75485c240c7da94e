// Before a page is printed: the light theme, whatever the screen has, and where the page is from.

(() => {
  const root = document.documentElement;
  let theme;

  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
  });
  addEventListener("afterprint", () => {
    root.dataset.theme = theme;
  });

  const title = document.querySelector(".bd-article h1");
  if (!title || !location.protocol.startsWith("http")) return;
  const line = document.createElement("p");
  line.className = "on-paper";
  line.textContent = `From ${location.origin}${location.pathname}, where what is marked ♪ can be heard.`;
  title.after(line);
})();
