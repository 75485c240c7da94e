"""The start page's dial: one tune, told in as many different sounds as a hand chooses.

The sounds, their pictures and what they cost come from `refimpl.reproduce.codes_by_number`. Without
a script they are players under one another; `book/static/start.js` makes one slider of them.
"""

import json
from html import escape
from pathlib import Path

PLACE = "<!-- dial of codes -->\n"  # a line of a page, in whose stead the dial comes


def of_codes(path: Path) -> str:
    """Return the dial as HTML.

    Args:
        path: of `codes.json`.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    seconds, numbers = found["seconds"], found["numbers"]
    figures = "".join(_figure(row, seconds) for row in numbers)
    label = f"One tune in {numbers[0]['codes']:,} to {numbers[-1]['codes']:,} different sounds"
    return (
        '<div class="heard"><div class="refimpl-compare start-dial" role="group" '
        f'aria-label="{escape(label)}" data-dial="Different sounds" data-seconds="{seconds}">'
        f'<div class="start-row">\n{figures}</div></div></div>\n'
    )


def _figure(row: dict, seconds: float) -> str:
    name = f"{row['codes']:,}"
    said = (
        f"{row['bits_per_second']:.0f} bits per second; "
        f"{round(100 * row['melody'])} % of the melody’s notes are still heard"
    )
    return (
        f'<figure data-value="{name}" data-said="{said}">'
        f"<figcaption>{name} different sounds</figcaption>"
        f'<img class="dark-light" src="../codes-{row["codes"]}.webp" loading="lazy" width="256" '
        f'height="96" alt="Spectrogram of the tune in {name} different sounds">'
        f'<audio controls preload="none" src="../codes-{row["codes"]}.mp3" '
        f'aria-label="The tune in {name} different sounds, {seconds} s"></audio></figure>\n'
    )
