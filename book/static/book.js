// What the pages add to the theme's own scripts.

// Who has no mouse scrolls what has the focus: a table or a formula that is wider than its place
// gets a tab stop.
function reachWideThings() {
  const places = ".pst-scrollable-table-container, mjx-container[display]";
  for (const place of document.querySelectorAll(places)) {
    if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
    else place.removeAttribute("tabindex");
  }
}

addEventListener("load", async () => {
  reachWideThings();
  await window.MathJax?.startup?.promise; // until the formulas are drawn
  reachWideThings();
});
addEventListener("resize", reachWideThings);

// Under each result a search shows some of its page, which a browser does not read from a disk.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
