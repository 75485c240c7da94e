"""Orders that the shipped text-to-music model carries out: what the start page lets one compose.

    python -m refimpl.reproduce.orders book/start

Writes a sound for every order that the choices allow, and `orders.json` with its words and with
what judges hear of it. Every sound is the first that the model wrote: none is picked.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from refimpl.corpora.tinytunes import clip_of
from refimpl.display.levelling import levelled_mp3
from refimpl.files import replace_file, replace_json
from refimpl.text_to_music import Composer, load_composer
from refimpl.text_to_music.judges import Judges
from refimpl.text_to_music.tunes import mixed_tunes

ORDER = "Play {mood} at {tempo} beats per minute, for piano, over {backing}."
# Of each choice the words for it, and what judges are then asked. All of them are attributes that
# the codec lets one hear: the melody's instrument, which it blurs, is always the same.
CHOICES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "mood": {
        "a calm tune in D major": {"signature": 2, "mode": "major"},
        "a lively tune in G major": {"signature": 7, "mode": "major"},
        "a sad tune in D minor": {"signature": 5, "mode": "minor"},
    },
    "tempo": {"84": {"tempo": 84.0}, "126": {"tempo": 126.0}},
    "backing": {
        "double bass": {"bass": "double bass", "drums": False},
        "double bass and drums": {"bass": "double bass", "drums": True},
    },
}
N_JUDGE_TUNES = 600
SEED = 0
COMPRESSION = 0.7  # 0 to 1; some 45 kB for a tune


def write_orders(
    folder: str | Path,
    choices: Mapping[str, Mapping[str, Mapping[str, Any]]] = CHOICES,
    *,
    composer: Composer | None = None,
    n_judge_tunes: int = N_JUDGE_TUNES,
) -> dict[str, Any]:
    """Let the model carry out every order, and keep what it wrote and what judges hear in it.

    Args:
        folder: for `order-N.mp3` and `orders.json`.
        choices: by the name that it has in `ORDER`, a choice: its words, and for each what it asks
            for, as `refimpl.text_to_music.judges.facts_to_judge` does.
        composer: the model; None for the one in the package.
        n_judge_tunes: tunes from which the judges learn.
    Returns:
        What `orders.json` says: the sentence, the words of each choice, and for each order which
        words were chosen, its file, its seconds, and by name whether a judge hears what was asked.
    """
    folder, composer = Path(folder), composer or load_composer()
    chosen = list(product(*choices.values()))
    texts = [ORDER.format(**dict(zip(choices, words, strict=True))) for words in chosen]
    tunes = composer.write(texts, seed=SEED)
    judges = Judges.fit(map(clip_of, mixed_tunes("train", range(n_judge_tunes))))
    orders = []
    for number, (words, tune) in enumerate(zip(chosen, tunes, strict=True), 1):
        name = f"order-{number:02}.mp3"
        replace_file(
            folder / name, levelled_mp3(tune.audio, tune.sample_rate, compression_level=COMPRESSION)
        )
        heard = judges.agree(tune.audio, tune.sample_rate, _asked(choices, words))
        seconds = round(len(tune.audio) / tune.sample_rate, 1)
        orders.append({"chosen": list(words), "file": name, "seconds": seconds, "heard": heard})
    said = {"order": ORDER, "choices": {name: list(words) for name, words in choices.items()}}
    result = said | {"seed": SEED, "n_judge_tunes": n_judge_tunes, "orders": orders}
    replace_json(folder / "orders.json", result)
    return result


def _asked(choices: Mapping[str, Mapping[str, Mapping[str, Any]]], words: Sequence[str]):
    """Return what an order asks for, by the judges' names."""
    return {
        name: value
        for choice, word in zip(choices.values(), words, strict=True)
        for name, value in choice[word].items()
    }


def main() -> None:
    """Write the orders' tunes, and say where they are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", help="for the sounds and orders.json")
    folder = parser.parse_args().folder
    result = write_orders(folder)
    right = [one for order in result["orders"] for one in order["heard"].values()]
    print(f"{folder}/orders.json: judges hear {sum(right)} of {len(right)} things that were asked")


if __name__ == "__main__":
    main()
