"""The start page's orders: a sentence with words to choose, and the tune that a model made of it.

The tunes and what judges heard in them come from `refimpl.reproduce.orders`. Without a script they
are players under one another; `book/static/orders.js` makes one sentence and one player of them.
"""

import json
from html import escape
from pathlib import Path

PLACE = "<!-- orders -->\n"  # a line of a page, in whose stead they come
NAMES = {"mood": "Mood and key", "tempo": "Beats per minute", "backing": "Accompaniment"}
HEARD = {"signature": "key signature", "melody": "melody's instrument"}  # the judges' other names


def of_orders(path: Path) -> str:
    """Return the orders as HTML.

    Args:
        path: of `orders.json`.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    names = {choice: NAMES[choice] for choice in found["choices"]}
    kept = {"order": found["order"], "choices": found["choices"], "names": names}
    figures = "".join(_figure(order, found) for order in found["orders"])
    return (
        '<div class="start-orders" role="group" aria-label="An order, and the tune made of it" '
        f'data-orders="{escape(json.dumps(kept))}"><div class="start-row">\n{figures}</div></div>\n'
    )


def _figure(order: dict, found: dict) -> str:
    words = dict(zip(found["choices"], order["chosen"], strict=True))
    sentence = escape(found["order"].format(**words))
    chosen = escape(json.dumps(order["chosen"]))
    return (
        f'<figure data-chosen="{chosen}" data-said="{escape(_said(order["heard"]))}">'
        f"<figcaption>{sentence}</figcaption>"
        f'<audio controls preload="none" src="../{order["file"]}" '
        f'aria-label="{sentence} {order["seconds"]} s"></audio></figure>\n'
    )


def _said(heard: dict[str, bool]) -> str:
    """Return in words which of the things that were asked for judges hear."""
    names = {name: HEARD.get(name, name) for name in heard}
    right = [names[name] for name, there in heard.items() if there]
    wrong = [names[name] for name, there in heard.items() if not there]
    found = [f"right: {', '.join(right)}"] if right else []
    found += [f"wrong: {', '.join(wrong)}"] if wrong else []
    return f"What judges of sound find {'; '.join(found)}."
