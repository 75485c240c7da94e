// What the pages add to the theme's own scripts.

// Who has no mouse scrolls what has the focus: a table that is wider than its place gets a tab stop.
function reachWideTables() {
  for (const place of document.querySelectorAll(".pst-scrollable-table-container")) {
    place.tabIndex = place.scrollWidth > place.clientWidth ? 0 : -1;
  }
}

reachWideTables();
addEventListener("resize", reachWideTables);
