// A picture of a sound follows it: a line shows what is heard now, and a click plays from there.
//
// A picture says in data-time over which of its parts time runs. The sound that belongs to a part is
// one that lasts as long as it, among those shown with the picture: by the same setting of a knob, by
// the same cell, or by the cell before or after it. Several parts and as many sounds go together in
// order, or by their names. Who does not see the line loses nothing: players have positions, too.

"use strict";

(() => {
  const BEGINS = "refimpl-sound-begins"; // its detail is what begins: a player, or a row of stages
  const LENGTH = /([\d.]+) s(, silent)?$/; // as a player's name for screen readers ends
  const SLACK = 0.4; // seconds: a picture ends on a whole frame, and so does a decoded sound
  const SOUNDS = ".refimpl-compare, audio";
  const narrow = matchMedia("(width < 720px)");

  // A player and a row, seen alike.
  function asSound(element) {
    const row = element.refimplSound;
    const player = row ? element.querySelector("audio") : element;
    return {
      element,
      label: element.closest("figure")?.querySelector("figcaption")?.textContent,
      seconds: Number(LENGTH.exec(player.ariaLabel ?? "")?.[1]),
      plays: () => (row ? row.plays() : !element.paused),
      position: () => (row ? row.position() : element.currentTime),
      playFrom(at) {
        if (row) return row.playFrom(at);
        element.currentTime = at;
        return element.play().catch(() => {});
      },
    };
  }

  function within(place) {
    const found = [...place.querySelectorAll(SOUNDS)].filter(
      (one) => one.matches(".refimpl-compare") || !one.closest(".refimpl-compare"),
    );
    return found.map(asSound);
  }

  function* places(picture) {
    const setting = picture.closest(".refimpl-knobs section");
    if (setting) yield setting;
    else {
      const cell = picture.closest(".cell, figure, .heard");
      if (!cell) return;
      yield cell;
      for (const side of ["previousElementSibling", "nextElementSibling"]) {
        let near = cell[side];
        while (near && !near.matches(".cell, section, h2, h3")) near = near[side];
        if (near?.matches(".cell")) yield near;
      }
    }
  }

  function lastsFrom(start, end) {
    return ({ seconds }) => Math.abs(start) <= SLACK && Math.abs(seconds - end) <= SLACK;
  }

  // For each part of the picture its sound, or nothing.
  function soundsOf(picture, parts) {
    for (const place of places(picture)) {
      const sounds = within(place);
      const found = parts.map(([title, , , , , start, end], i) => {
        const fitting = sounds.filter(lastsFrom(start, end));
        if (parts.length > 1 && fitting.length === parts.length) return fitting[i];
        return fitting.find(({ label }) => title && label === title) ?? fitting[0];
      });
      if (found.some(Boolean)) return found;
    }
    return [];
  }

  const heads = [];

  function layOver(holder, sound, [, left, right, top, bottom, start, end]) {
    const part = document.createElement("span");
    part.className = "hearable";
    part.title = "Play from here";
    const percent = (share) => `${(100 * share).toFixed(2)}%`;
    part.style.left = percent(left);
    part.style.width = percent(right - left);
    part.style.top = percent(top);
    part.style.height = percent(bottom - top);
    const head = document.createElement("span");
    head.className = "playhead";
    head.hidden = true;
    part.append(head);
    holder.append(part);
    part.addEventListener("click", ({ clientX }) => {
      const box = part.getBoundingClientRect();
      const at = start + ((end - start) * (clientX - box.left)) / box.width;
      sound.playFrom(Math.min(Math.max(at, 0), sound.seconds - 0.01));
    });
    const draw = () => {
      const at = sound.position();
      head.hidden = !(at > 0 && at < end);
      head.style.left = percent((at - start) / (end - start));
      // A tap on a phone enlarges the picture, until its sound plays.
      part.classList.toggle("is-idle", narrow.matches && !sound.plays());
      return sound.plays();
    };
    heads.push({ element: sound.element, draw });
    draw();
  }

  let drawing = false;
  function follow() {
    drawing = heads.map(({ draw }) => draw()).some(Boolean);
    if (drawing) requestAnimationFrame(follow);
  }

  for (const picture of document.querySelectorAll("img[data-time]")) {
    const parts = JSON.parse(picture.dataset.time);
    const sounds = soundsOf(picture, parts);
    if (!sounds.some(Boolean)) continue;
    const holder = document.createElement("span");
    holder.className = "follows";
    picture.replaceWith(holder);
    holder.append(picture);
    parts.forEach((part, i) => sounds[i] && layOver(holder, sounds[i], part));
  }
  if (!heads.length) return;
  document.addEventListener(BEGINS, () => {
    if (!drawing) requestAnimationFrame(follow);
    drawing = true;
  });
  for (const event of ["seeked", "ended"]) {
    document.addEventListener(event, () => drawing || follow(), true);
  }
  narrow.addEventListener("change", follow);
})();
