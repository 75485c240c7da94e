"""A page like the book's, with widgets on it: what a notebook would have saved, and the script."""

import json
from pathlib import Path

from ipywidgets.embed import embed_data

STATIC = Path(__file__).parents[2] / "book/static"
KIND = "application/vnd.jupyter.widget"
# Text and ground of the book's two themes.
GROUNDS = {"light": ("#323232", "#ffffff"), "dark": ("#ced6dd", "#121212")}


def page_with(*parts: object, theme: str = "light", scripts: str = "") -> str:
    """The HTML of a page with widgets, or pieces of HTML, in an order.

    Args:
        parts: anywidgets, or HTML.
        theme: "light" or "dark".
        scripts: more HTML for the head.
    """
    widgets = [part for part in parts if not isinstance(part, str)]
    state = (
        embed_data(views=widgets, drop_defaults=False)["manager_state"]
        if widgets
        else {"state": {}}
    )
    body = "".join(
        part
        if isinstance(part, str)
        else f'<script type="{KIND}-view+json">{{"model_id": "{part.model_id}"}}</script>'
        for part in parts
    )
    ink, ground = GROUNDS[theme]
    style = f"body {{ color: {ink}; background: {ground}; font: 16px sans-serif; }}"
    loader = (STATIC / "widgets.js").read_text(encoding="utf-8")
    saved = json.dumps(state).replace("</", "<\\/")
    return (
        f'<!doctype html><html lang="en" data-theme="{theme}"><head><title>A page</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{style}</style>{scripts}"
        f'<script type="{KIND}-state+json">{saved}</script>'
        f"</head><body><main><h1>A page</h1>{body}</main><script>{loader}</script></body></html>"
    )


def open_page(browser, html: str, *, width: int = 1000):
    """Open HTML in a new page; what it throws or writes as an error is in `page.errors`."""
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda line: line.type == "error" and page.errors.append(line.text))
    page.set_content(html)
    wanted = html.count(f'<script type="{KIND}-view+json">')
    page.wait_for_function(f"document.querySelectorAll('[data-shown]').length === {wanted}")
    return page


def drawn_explorers() -> dict[str, object]:
    """One explorer of each kind, by name, on the course's own tokens."""
    import numpy as np

    from refimpl.corpora.scores import Playing
    from refimpl.display import (
        book_explorer,
        codebook_map,
        mask_explorer,
        sampling_explorer,
        similarity_explorer,
        stages_explorer,
        token_explorer,
        words_explorer,
    )
    from refimpl.objectives import Mixture
    from refimpl.pipeline import load_tokenizer
    from refimpl.tinytunes import Tunes
    from tests.display.shown import bars_as, untrained_books

    tokenizer = load_tokenizer("course")
    audio = Tunes("validation")[4].render()[: 2 * tokenizer.sample_rate]
    ids = tokenizer.encode(audio)
    vocabulary = tokenizer.vocabulary
    mixture = Mixture("eight", vocabulary)
    rng = np.random.default_rng(1)
    samples = {
        name: objective.build(np.arange(10, 22), special, rng)
        for name, objective, special in zip(
            mixture.names, mixture.objectives, mixture.special, strict=True
        )
        if "selective" not in name
    }
    samples["two in one row"] = [samples["infilling"], samples["copying"]]
    logits = rng.standard_normal((len(ids), vocabulary.size)) * 4
    logits[np.arange(len(ids)), ids] += 12
    runs = {}
    for temperature in (0.5, 1.0, 2.0):
        weights = np.exp(logits / temperature)
        runs[temperature] = ids, weights / weights.sum(axis=1, keepdims=True)
    return {
        "tokens": token_explorer(audio, tokenizer),
        "map": codebook_map(tokenizer.codec, ids, n_codes=40),
        "mask": mask_explorer(samples, vocabulary),
        "sampling": sampling_explorer(runs, tokenizer),
        "books": book_explorer(untrained_books(3), audio),
        "bars": similarity_explorer(
            {form: bars_as(form) for form in ("AABB", "ABC")},
            Playing(240, "piano", 0, tokenizer.sample_rate, "tune"),
        ),
        "stages": stages_explorer(
            {
                way: {f"{way} {k} %": (1 - k / 100) * audio for k in (0, 50, 90)}
                for way in ("fainter by", "softer by")
            },
            tokenizer.sample_rate,
        ),
        "words": words_explorer(
            {"Mood": ("calm", "sad"), "Band": ("with bass", "with drums")},
            {
                (mood, band): audio[: 11025 * (1 + 2 * (mood == "sad") + (band != "with bass"))]
                for mood in ("calm", "sad")
                for band in ("with bass", "with drums")
            },
            tokenizer.sample_rate,
        ),
    }
