// On a narrow screen a tap on a picture shows it as large as it was drawn, to be moved about.

"use strict";

(() => {
  const SMALLER = 0.8; // of its own width: what is nearly as large as it was drawn gains nothing
  const narrow = matchMedia("(width < 720px)");
  const pictures = "article img:not(a img, .refimpl-explorer img)";
  let dialog;

  function drawnWidth(picture) {
    return Number(picture.getAttribute("width")) || picture.naturalWidth;
  }

  function enlarge(picture) {
    dialog ??= makeDialog();
    const large = new Image();
    large.src = picture.src;
    large.alt = picture.alt;
    large.className = picture.className;
    large.style.width = `${Math.max(drawnWidth(picture), 720)}px`;
    dialog.querySelector(".place").replaceChildren(large);
    dialog.showModal();
  }

  function makeDialog() {
    const made = document.createElement("dialog");
    made.className = "enlarged";
    made.setAttribute("aria-label", "Picture, enlarged");
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    close.addEventListener("click", () => made.close());
    const place = document.createElement("div");
    place.className = "place";
    place.tabIndex = 0; // to be moved about by keys, too
    made.append(close, place);
    document.querySelector("article").append(made);
    return made;
  }

  // A picture becomes a button while the screen is narrow, and a picture again when it is wide.
  function offer() {
    for (const picture of document.querySelectorAll(pictures)) {
      const button = picture.closest("button.enlarge");
      const wanted = narrow.matches && picture.clientWidth > 0 &&
        picture.clientWidth < SMALLER * drawnWidth(picture);
      if (wanted && !button) {
        const made = document.createElement("button");
        made.type = "button";
        made.className = "enlarge";
        made.title = "Enlarge";
        made.addEventListener("click", () => enlarge(picture));
        picture.replaceWith(made);
        made.append(picture);
      } else if (!narrow.matches && button) {
        button.replaceWith(picture);
      }
    }
  }

  addEventListener("load", offer);
  addEventListener("resize", offer);
})();
