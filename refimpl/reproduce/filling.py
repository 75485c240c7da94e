"""Filling gaps: are the notes that a model writes into a tune in its key and on its beat?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.corpora import Clip, reopen_corpus
from refimpl.errors import UserError
from refimpl.generation import fill_gaps, generate
from refimpl.metrics import Estimate, bootstrap_share, detect_notes
from refimpl.metrics.musical import GRID_TOLERANCE, MAJOR_SCALE
from refimpl.pipeline import FinishedRun, load_generator, read_facts
from refimpl.pipeline.folder import preset_from_dict
from refimpl.presets import SamplingConfig, override
from refimpl.reproduce.records import plain
from refimpl.tinytunes import Tune
from refimpl.tokenizer import AudioTokenizer
from refimpl.transformer import Transformer

MOST_TUNES = 96  # of a reproduction
N_BEATS = 2  # of a gap, a second in all
BEATS_BEFORE = 7  # half a tune
PLACES = {"on a beat": 0.0, "between two beats": 0.3}  # beats from the beat to the gap's start
AROUND = 48  # tokens on either side of a gap that are heard with it
ITSELF, ANOTHER, CONTINUED, FILLED = "the tune itself", "another tune", "continued", "filled"
ROW = "filled, answers at the end of the row"
STARTED = "filled by the model that training started from"

NEEDED = frozenset({"tonic", "mode", "tempo", "beats"})  # facts without which nobody can say

Gap = tuple[int, int]


def measure_filling(run: FinishedRun, tunes: Sequence[Clip | Tune]) -> dict[str, Any]:
    """How the model of a run fills gaps, and the one that it started from, where there is one.

    Args:
        run: trained on infilling.
        tunes: held-out tunes of one tempo in major keys.

    Returns:
        The same as `compare_fillings`.
    """
    start = run.preset.start_from
    return compare_fillings(
        run.model,
        run.tokenizer,
        tunes[:MOST_TUNES],
        run.preset.sampling,
        started_from=None if start is None else load_generator(start)[0],
    )


def evaluate_filling(where: str | Path, n_tunes: int) -> dict[str, dict[str, Estimate]]:
    """How a saved model fills gaps in held-out tunes, as rows of a table.

    Args:
        where: a run's folder, a model's, or the name of one that comes with the package.
        n_tunes: how many tunes a second is cut out of.

    Raises:
        UserError: the model knows other music than tunes of one tempo in major keys, in which
            alone it is known what is right, or was never asked to fill a gap.

    Taught in lesson 7.
    """
    facts = read_facts(where)
    preset = preset_from_dict(facts["settings"]) if "settings" in facts else None
    corpus = None
    if preset is not None:
        whole_tunes = override(preset, {"data.n_validation": n_tunes, "data.clip_seconds": None})
        corpus = reopen_corpus(facts.get("source") or {}, whole_tunes)
    if corpus is None or not corpus.knows >= NEEDED:
        raise UserError(
            f"{where} was trained on sounds whose key and beats nobody knows; give a model of tunes"
        )
    if "tempo" not in corpus.shared or corpus.shared.get("mode") != "major":
        raise UserError(f"{where} knows several tempos or modes; give a model of level 1")
    model, tokenizer = load_generator(where)
    tunes = list(corpus.clips("test"))
    found = compare_fillings(model, tokenizer, tunes, preset.sampling)
    return {
        f"{way}; begins {place}": {
            name: Estimate(**{k: np.nan if v is None else v for k, v in shares[name].items()})
            for name in ("in_key", "grid")
        }
        for place, ways in found["places"].items()
        for way, shares in ways.items()
    }


def compare_fillings(
    model: Transformer,
    tokenizer: AudioTokenizer,
    tunes: Sequence[Clip | Tune],
    sampling: SamplingConfig,
    *,
    started_from: Transformer | None = None,
) -> dict[str, Any]:
    """Cut a second out of each tune, let it be filled, and hear the notes in the gap.

    Args:
        model: trained on infilling.
        tokenizer: of its tokens, one a frame.
        tunes: held-out tunes of one tempo in major keys.
        sampling: how tokens are drawn.
        started_from: the model that it was before its training, to compare.

    Returns:
        Tunes and length of the gap, and for each of `PLACES` and each way of filling the notes
        heard, and the shares in the tune's key and on its grid of eighths, with 95 % intervals.

    Taught in lesson 7.
    """
    tokens = [tokenizer.encode(tune.audio) for tune in tunes]
    rate, draw = tokenizer.tokens_per_second, vars(sampling)
    vocabulary = tokenizer.vocabulary

    def fill(writer: Transformer, **options) -> Callable[[int, Gap], np.ndarray]:
        return lambda i, gap: fill_gaps(
            writer, vocabulary, tokens[i], [gap], seed=i, **options, **draw
        )[0]

    def go_on(i: int, gap: Gap) -> np.ndarray:
        n, prompt = gap[1] - gap[0], np.append(vocabulary.start, tokens[i][: gap[0]])
        lengths = {"max_tokens": n, "min_tokens": n}
        (codes,) = generate(model, vocabulary, prompt=prompt, seed=i, **lengths, **draw)
        return _with_gap(tokens[i], gap, codes)

    ways = {
        ITSELF: lambda i, gap: tokens[i],
        ANOTHER: lambda i, gap: _with_gap(tokens[i], gap, tokens[i - 1][slice(*gap)]),
        CONTINUED: go_on,
        FILLED: fill(model),
        ROW: fill(model, sample_positions="row"),
    }
    if started_from is not None:
        ways[STARTED] = fill(started_from)
    places = {}
    for place, beats in PLACES.items():
        gaps = [gap_of(tune, rate, beats) for tune in tunes]
        places[place] = {
            way: _shares(
                [
                    notes_in_gap(make(i, gap), gap, tune, tokenizer)
                    for i, (tune, gap) in enumerate(zip(tunes, gaps, strict=True))
                ]
            )
            for way, make in ways.items()
        }
    return {
        "n_tunes": len(tunes),
        "gap_seconds": N_BEATS * 60 / tunes[0].facts["tempo"],
        "places": places,
    }


def gap_of(tune: Clip | Tune, tokens_per_second: float, beats: float) -> Gap:
    """The tokens of a gap in the middle of a tune: the first, and the one behind the last.

    Args:
        tune: says where its beats are.
        tokens_per_second: of the tokens.
        beats: how long after a beat the gap begins.
    """
    beat = 60 / tune.facts["tempo"]
    start = (tune.facts["beats"][BEATS_BEFORE] + beats * beat) * tokens_per_second
    return round(start), round(start + N_BEATS * beat * tokens_per_second)


def notes_in_gap(
    tokens: np.ndarray, gap: Gap, tune: Clip | Tune, tokenizer: AudioTokenizer
) -> tuple[int, int, int]:
    """Hear the notes that begin in a gap.

    Args:
        tokens: (n_tokens,) of the tune with its gap filled.
        gap: first token of the gap, and the one behind the last.
        tune: the tune that it was cut out of, whose key and beats are known.
        tokenizer: of the tokens.

    Returns:
        Notes, how many of them are in the tune's key, and how many on its grid of eighths.
    """
    first, rate = max(gap[0] - AROUND, 0), tokenizer.tokens_per_second
    heard = tokenizer.decode(tokens[first : gap[1] + AROUND], n_iter=4)
    notes = detect_notes(heard, tokenizer.sample_rate)
    onsets = notes.onsets + first / rate
    # A frame sees half of its window before its middle, so a note shows one frame early.
    start, stop = (gap[0] - 1) / rate, (gap[1] - 1) / rate
    inside = (onsets >= start) & (onsets < stop)
    eighth = 30 / tune.facts["tempo"]
    places = (onsets[inside] - tune.facts["beats"][0]) / eighth
    off = np.abs(places - np.round(places)) * eighth
    scale = (tune.facts["tonic"] + np.array(MAJOR_SCALE)) % 12
    in_key = np.isin(notes.pitches[inside] % 12, scale)
    return int(inside.sum()), int(in_key.sum()), int((off < GRID_TOLERANCE).sum())


def _with_gap(tokens: np.ndarray, gap: Gap, codes: np.ndarray) -> np.ndarray:
    """A tune with other codes in the gap."""
    return np.concatenate([tokens[: gap[0]], codes, tokens[gap[1] :]])


def _shares(counts: list[tuple[int, int, int]]) -> dict[str, Any]:
    n_notes, in_key, on_grid = np.array(counts).T
    shares = {
        "in_key": bootstrap_share(in_key, n_notes),
        "grid": bootstrap_share(on_grid, n_notes),
    }
    return {"notes": int(n_notes.sum()), **plain(shares)}
