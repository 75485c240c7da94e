"""Measures of sounds and of a model's tunes, each beside its references."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from refimpl.audio import AudioError, find_audio, load_audio
from refimpl.codecs import ReadsNotes
from refimpl.codecs.notes import NotesCodec
from refimpl.corpora import Corpus, reopen_corpus
from refimpl.dataset import TokenDataset
from refimpl.display import progress_bar
from refimpl.generation import write_music
from refimpl.metrics import (
    Estimate,
    MusicalMeasures,
    measure_copying,
    measure_metre,
    measure_music,
    summarise,
)
from refimpl.metrics.references import (
    NOISE,
    REAL,
    RESYNTHESISED,
    SHUFFLED,
    reference_tokens,
    shuffled,
    white_noise,
)
from refimpl.parallel import map_in_order
from refimpl.pipeline.folder import RunFolder, preset_from_dict
from refimpl.pipeline.generators import find_generator, load_generator, read_facts
from refimpl.pipeline.verdict import recites
from refimpl.presets import Preset, override
from refimpl.tokenizer import AudioTokenizer

Rows = dict[str, dict[str, Estimate]]
GIVEN, MODEL = "given", "model"
RECITING = "model (recites)"
_TUNES_TO_COUNT = 300  # training tunes that are tokenized for a model that comes without tokens


def read_sounds(
    paths: Sequence[str | Path], sample_rate: int, *, seconds: float
) -> tuple[dict[str, np.ndarray], list[tuple[Path, str]]]:
    """Read the beginnings of files, and of all files in folders.

    Returns:
        {path: (n_samples,)}, and (path, reason) of the files in folders that cannot be used.

    Raises:
        AudioError: a named file cannot be used, or no file is left.
    """
    sounds, skipped = {}, []
    for path in map(Path, paths):
        for file in find_audio(path) if path.is_dir() else [path]:
            try:
                sounds[str(file)] = load_audio(file, sample_rate, duration=seconds)
            except AudioError as error:
                if file == path:
                    raise
                skipped.append((file, error.reason))
    if not sounds:
        last = "{} {}".format(*skipped[-1])
        raise AudioError(f"not one of {len(skipped)} files can be used; the last: {last}")
    return sounds, skipped


def evaluate_sounds(
    sounds: dict[str, np.ndarray],
    sample_rate: int,
    tokenizer: AudioTokenizer | None = None,
    *,
    n_references: int = 20,
    beat_period: float | None = None,
    seed: int = 0,
    scheduler: str | None = None,
) -> Rows:
    """Measure sounds, and references made from them.

    Args:
        sounds: name to audio (n_samples,).
        sample_rate: of all of them, in Hz.
        tokenizer: makes the references that go through tokens; None, or one that reads notes and
            not sound, omits those.
        n_references: the most sounds of each reference; 0: no references.
        beat_period: seconds per beat, where known.
        seed: of the references.
        scheduler: the address of a Dask scheduler whose workers decode and measure instead.

    Returns:
        {name of a set: {measure: Estimate}}. Up to ten sounds have a row each; more have one
        together.

    Taught in lesson 7.
    """

    def row(clips: Sequence[np.ndarray]) -> dict[str, Estimate]:
        return summarise(_measure_all(clips, sample_rate, beat_period, scheduler))

    rows: Rows = {}
    if 1 < len(sounds) <= 10:
        rows = {name: row([audio]) for name, audio in sounds.items()}
    label = next(iter(sounds)) if len(sounds) == 1 else f"{GIVEN} ({len(sounds)})"
    rows[label] = row(list(sounds.values()))
    chosen = list(sounds.values())[:n_references]
    rng = np.random.default_rng(seed)
    if chosen and tokenizer is not None and not isinstance(tokenizer.codec, ReadsNotes):
        tokenizer = tokenizer.in_one_column()
        ids = [tokenizer.encode(audio) for audio in chosen]
        n_stages = len(tokenizer.codec.stream_sizes)
        rows[RESYNTHESISED] = row(_decode_all(tokenizer, ids, RESYNTHESISED, scheduler))
        mixed = [shuffled(tokens, rng, n_stages=n_stages) for tokens in ids]
        rows[SHUFFLED] = row(_decode_all(tokenizer, mixed, SHUFFLED, scheduler))
    if chosen:
        rows[NOISE] = row([white_noise(len(audio), rng) for audio in chosen])
    return rows


def evaluate_model(
    where: str | Path,
    n_tunes: int,
    *,
    seconds: float | None = None,
    beat_period: float | None = None,
    references: bool = True,
    seed: int = 0,
    scheduler: str | None = None,
) -> Rows:
    """Let a model write tunes, measure them, and put them beside all references.

    Args:
        where: a run's folder, a model's, or the name of one that comes with the package.
        n_tunes: number of tunes, and of each reference.
        seconds: the most seconds of each; by default the length of the training clips.
        beat_period: seconds per beat; by default the corpus's, if it has only one.
        references: False measures the model alone.
        seed: of everything random.
        scheduler: the address of a Dask scheduler whose workers decode the references and measure;
            the model writes here.

    Returns:
        {name of a set: {measure: Estimate}}, with the copying measures where there are tokens, and
        where these are notes the share with a clear metre, of which chance is .05. The model's row
        is called `RECITING` where it shares much longer runs with the training clips than held-out
        clips do: its other measures are then theirs.

    Taught in lesson 7.
    """
    model, tokenizer = load_generator(where)
    layout, facts = tokenizer.layout, read_facts(where)
    preset = preset_from_dict(facts["settings"]) if "settings" in facts else None
    corpus = _corpus_of(preset, facts, n_tunes)
    beat_period = beat_period or _known_beat(corpus)
    sampling = preset.sampling if preset else None
    seconds = seconds or facts.get("clip_seconds") or 8.0
    pieces = write_music(
        model,
        tokenizer,
        seconds=seconds,
        min_seconds=min(1.0, seconds),
        batch_size=n_tunes,
        seed=seed,
        progress=None,
        longest_hold=facts.get("longest_hold"),
        **({} if sampling is None else vars(sampling)),
    )
    # Tunes of any layout are compared, and imitated, with their codes in one column.
    tokenizer = tokenizer.in_one_column()
    sets = {MODEL: [tokenizer.flatten(layout.to_codes(piece.tokens)) for piece in pieces]}
    audio = {MODEL: [piece.audio for piece in pieces]}
    training, held_out, real = _what_it_learnt_from(where, corpus, tokenizer, n_tunes)
    if references:
        if training and held_out:
            rng = np.random.default_rng(seed)
            n_stages = len(tokenizer.codec.stream_sizes)
            made = reference_tokens(training, held_out, rng, n_stages=n_stages)
            sets = {RESYNTHESISED: made.pop(RESYNTHESISED)} | sets | made
        audio |= {
            name: _decode_all(tokenizer, ids, name, scheduler)
            for name, ids in sets.items()
            if name != MODEL
        }
        audio = {REAL: real} | {name: audio[name] for name in sets}
        rng = np.random.default_rng(seed)
        audio[NOISE] = [white_noise(len(p.audio), rng) for p in pieces]
    rate = tokenizer.sample_rate
    measures: dict[str, list[MusicalMeasures]] = {
        name: _measure_all(clips, rate, beat_period, scheduler)
        for name, clips in audio.items()
        if clips
    }
    rows = {name: summarise(values) for name, values in measures.items()}
    for name, row in _clear_metres(tokenizer, sets, seed).items():
        rows[name] |= row
    if training:
        for name, ids in sets.items():
            rows[name] |= summarise(measure_copying(ids, training))
        if recites(rows[MODEL], rows.get(RESYNTHESISED, {})):  # the tokens of held-out clips
            rows = {RECITING if name == MODEL else name: row for name, row in rows.items()}
    return rows


def _decode_all(
    tokenizer: AudioTokenizer, sets: Sequence[np.ndarray], what: str, scheduler: str | None
) -> list[np.ndarray]:
    sounds = map_in_order(AudioTokenizer.decode, tokenizer, sets, scheduler=scheduler)
    return list(progress_bar(sounds, total=len(sets), description=what, unit="clip", leave=False))


def _measure_all(
    clips: Sequence[np.ndarray], rate: int, beat_period: float | None, scheduler: str | None
) -> list[MusicalMeasures]:
    return list(map_in_order(_measure, (rate, beat_period), clips, scheduler=scheduler))


def _measure(how: tuple[int, float | None], clip: np.ndarray) -> MusicalMeasures:
    rate, beat_period = how
    return measure_music(clip, rate, beat_period=beat_period)


def _clear_metres(tokenizer: AudioTokenizer, sets: dict[str, list[np.ndarray]], seed: int) -> Rows:
    """The share of tunes with a clear metre, where tokens are notes: sounds have no known beat."""
    codec = tokenizer.codec
    if not isinstance(codec, NotesCodec):
        return {}
    onsets = {
        name: [codec.onsets(tokenizer.filter(one).codes) for one in ids]
        for name, ids in sets.items()
    }
    return {name: summarise(measure_metre(tunes, seed=seed)) for name, tunes in onsets.items()}


def _corpus_of(preset: Preset | None, facts: dict, n: int) -> Corpus | None:
    """The corpus that a model learnt from, with n held-out clips; None if it is not at hand."""
    if preset is None:
        return None
    return reopen_corpus(facts.get("source") or {}, override(preset, {"data.n_validation": n}))


def _known_beat(corpus: Corpus | None) -> float | None:
    """Seconds per beat, if all clips of a corpus have one tempo."""
    tempo = None if corpus is None else corpus.shared.get("tempo")
    return None if tempo is None else 60 / tempo


def _what_it_learnt_from(
    where: str | Path, corpus: Corpus | None, tokenizer: AudioTokenizer, n: int
) -> tuple[Sequence[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Training tokens, held-out tokens, and held-out audio; empty where they are not at hand."""
    training: Sequence[np.ndarray] = []
    held_out: list[np.ndarray] = []
    real: list[np.ndarray] = []
    run = RunFolder(find_generator(where).parent)
    if run.settings.exists() and run.tokens("validation").exists():
        training = list(TokenDataset(run.tokens("train"), tokenizer))
        held_out = list(islice(TokenDataset(run.tokens("validation"), tokenizer), n))
    if corpus is not None:
        real = [clip.audio for clip in corpus.clips("validation")]
        if not training:
            clips = islice(corpus.clips("train"), _TUNES_TO_COUNT)
            training = [tokenizer.encode_clip(clip) for clip in clips]
            held_out = [tokenizer.encode_clip(clip) for clip in corpus.clips("validation")]
    return training, held_out, real
