// Where a reader was: each lesson notes the section on the screen, and the start page offers to go
// on there. The browser keeps it in its own storage; nothing leaves the page.

"use strict";

(() => {
  const KEY = "refimpl-place";
  const LESSON = /^lessons\/[\w-]+\.html$/; // a page's address, seen from the book's root
  const ANCHOR = /^[\w.-]+$/;
  const LINE = 0.3; // of the window's height: the section that crosses this line is being read
  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);
  const here = location.href.split(/[?#]/)[0].slice(root.href.length);

  function remembered() {
    try {
      const place = JSON.parse(localStorage.getItem(KEY));
      const whole = LESSON.test(place.page) && ANCHOR.test(place.section);
      return whole && typeof place.words === "string" ? place : null;
    } catch {
      return null; // nothing is kept, or something that this book did not write
    }
  }

  function keep(place) {
    try {
      if (place) localStorage.setItem(KEY, JSON.stringify(place));
      else localStorage.removeItem(KEY);
    } catch {
      // A browser that keeps nothing has nothing to offer later.
    }
  }

  function words(heading) {
    const copy = heading.cloneNode(true);
    for (const extra of copy.querySelectorAll(".headerlink, .exercise-badge")) extra.remove();
    return copy.textContent.trim();
  }

  // The top of a lesson is no place to go on from: the list of lessons leads there.
  function noteSections() {
    const sections = [...document.querySelectorAll("article section[id]")].filter(
      (section) => section.querySelector(":scope > h2, :scope > h3"),
    );
    let last = null;
    const look = () => {
      const line = innerHeight * LINE;
      const section = sections.findLast((one) => one.getBoundingClientRect().top <= line);
      if (!section || section === last) return;
      last = section;
      keep({ page: here, section: section.id, words: words(section.querySelector("h2, h3")) });
    };
    let waiting = false;
    addEventListener("scroll", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        look();
      });
    }, { passive: true });
  }

  function offer(way) {
    const place = remembered();
    if (!place) return;
    const offered = document.createElement("p");
    offered.className = "start-resume";
    const link = document.createElement("a");
    link.href = new URL(`${place.page}#${place.section}`, root).href;
    link.textContent = place.words;
    const forget = document.createElement("button");
    forget.type = "button";
    forget.textContent = "Forget";
    forget.setAttribute("aria-label", "Forget where I was");
    forget.addEventListener("click", () => {
      keep(null);
      offered.remove();
    });
    offered.append("Go on where you were: ", link, " ", forget);
    way.after(offered);
  }

  const way = document.querySelector("article .start-way"); // the way into the course
  if (way) offer(way);
  else if (LESSON.test(here)) noteSections();
})();
