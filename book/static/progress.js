// A reader's progress, without a server: the file that the checks in the notebooks write is read into
// this browser's own storage, and shown beside the exercises. Nothing leaves the page.

"use strict";

(() => {
  const KEY = "refimpl-progress";
  const VERSION = 1;
  const MOST_BYTES = 1_000_000; // a whole course takes five thousand
  const ID = /^\d{1,2}\.\d{1,2}$/;

  // What was read holds for this page even where the browser keeps nothing.
  let solved = stored();

  function stored() {
    try {
      return checked(localStorage.getItem(KEY) ?? '{"version": 1, "exercises": {}}');
    } catch {
      return {};
    }
  }

  // Returns whether the browser kept it.
  function keep() {
    try {
      if (Object.keys(solved).length === 0) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, JSON.stringify({ version: VERSION, exercises: solved }));
      return true;
    } catch {
      return false;
    }
  }

  // The exercises in a progress file's text, or an error whose message a reader understands.
  function checked(text) {
    let content;
    try {
      content = JSON.parse(text);
    } catch {
      throw new Error("it is no JSON, as a progress file is");
    }
    const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
    if (!isObject(content) || !isObject(content.exercises)) {
      throw new Error('it has no "exercises"; a progress file begins with {"version": 1, "exercises"');
    }
    if (content.version !== VERSION) {
      throw new Error(`it is of version ${content.version}, and this book reads version ${VERSION}`);
    }
    const found = {};
    for (const [id, entry] of Object.entries(content.exercises)) {
      if (!ID.test(id)) throw new Error(`"${id.slice(0, 20)}" is no exercise, such as "3.1"`);
      const { points, of } = isObject(entry) ? entry : {};
      if (!Number.isInteger(points) || !Number.isInteger(of) || points < 0 || of < 1 || points > of) {
        throw new Error(`exercise ${id} needs "points", a whole number from 0 to "of"`);
      }
      found[id] = { points, of };
    }
    return found;
  }

  async function read(file) {
    if (file.size > MOST_BYTES) throw new Error(`it has ${file.size} bytes, too many for progress`);
    return checked(await file.text());
  }

  // Points are never taken back by another file, as in the notebooks.
  function take(found) {
    for (const [id, entry] of Object.entries(found)) {
      if ((solved[id]?.points ?? -1) < entry.points) solved[id] = entry;
    }
  }

  function badge(id) {
    const entry = solved[id];
    const words = document.createElement("span");
    words.className = "exercise-badge";
    const full = entry.points === entry.of;
    words.dataset.solved = full ? "yes" : "no";
    words.textContent = full ? "✓ solved" : `${entry.points} of ${entry.of} points`;
    return words;
  }

  function showBadges() {
    for (const old of document.querySelectorAll(".exercise-badge")) old.remove();
    if (document.querySelector("[data-progress-tool]")) return; // that page has its tables
    for (const heading of document.querySelectorAll("article h2, article h3, article h4")) {
      const id = heading.textContent.match(/^Exercise (\d+\.\d+)\b/)?.[1];
      if (id in solved) heading.append(" ", badge(id));
    }
  }

  function showTables() {
    let [earnedInAll, ofInAll, solvedInAll, inAll] = [0, 0, 0, 0];
    for (const lesson of document.querySelectorAll(".progress-lesson")) {
      let earnedHere = 0;
      for (const row of lesson.querySelectorAll("[data-exercise]")) {
        // What the book says an exercise is worth counts, should the file come from an older course.
        const of = Number(row.dataset.points);
        const entry = solved[row.dataset.exercise];
        const earned = entry ? Math.min(entry.points, of) : 0;
        const cell = row.querySelector("[data-earned]");
        cell.textContent = entry ? `${earned === of ? "✓ " : ""}${earned} of ${of}` : "–";
        earnedHere += earned;
        solvedInAll += Number(earned === of);
        inAll += 1;
      }
      const of = Number(lesson.dataset.points);
      lesson.querySelector("[data-sum]").textContent = `${earnedHere} of ${of} points`;
      earnedInAll += earnedHere;
      ofInAll += of;
    }
    document.querySelector("[data-in-all]").textContent =
      `${solvedInAll} of ${inAll} exercises solved, ${earnedInAll} of ${ofInAll} points`;
    const share = ofInAll ? (100 * earnedInAll) / ofInAll : 0;
    document.querySelector("[data-bar]").style.width = `${share}%`;
  }

  function unknown(found) {
    const listed = (id) => document.querySelector(`[data-exercise="${id}"]`);
    const others = Object.keys(found).filter((id) => !listed(id));
    return others.length ? ` Not in this book, and left out of the sums: ${others.join(", ")}.` : "";
  }

  function startTool(tool) {
    const say = (place, words) => {
      tool.querySelector('[role="status"]').textContent = place === "status" ? words : "";
      tool.querySelector('[role="alert"]').textContent = place === "alert" ? words : "";
    };
    tool.hidden = false;
    tool.querySelector("input").addEventListener("change", async (event) => {
      const [file] = event.target.files;
      if (!file) return;
      try {
        const found = await read(file);
        take(found);
        const here = keep() ? "kept in this browser" : "shown until you leave the page, since this browser keeps nothing";
        say("status", `${file.name} read: ${Object.keys(found).length} exercises, ${here}.${unknown(found)}`);
        showTables();
      } catch (error) {
        say("alert", `${file.name} was not read: ${error.message}. What was here before is unchanged.`);
      }
      event.target.value = ""; // so that the same file can be read again
    });
    tool.querySelector("button").addEventListener("click", () => {
      solved = {};
      say("status", keep() ? "Forgotten: this browser holds no progress any more." : "Forgotten.");
      showTables();
    });
    showTables();
  }

  const tool = document.querySelector("[data-progress-tool]");
  if (tool) startTool(tool);
  showBadges();
})();
