"""Train one small codec and measure it: a trial of a question, with one seed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
from scipy import sparse

from refimpl.codecs.neural import NeuralCodec
from refimpl.codecs.neural.fitting import fit_neural
from refimpl.codecs.normaliser import make_normaliser
from refimpl.codecs.windows import cut_windows, hold_last
from refimpl.mel import mel_spectrogram
from refimpl.metrics import (
    mel_distance,
    part_accuracy,
    perplexity,
    probe_class,
    probe_number,
    step_features,
    step_loudness,
    step_pitches,
    tune_features,
)
from refimpl.reproduce.codec_questions import BATCH, COMPRESSION, MUSIC, STEMS, WINDOW, Arm
from refimpl.reproduce.codec_systems import fitted_length, frame_config
from refimpl.reproduce.semantic_codecs import N_CLASSES, FactorisedNetwork, chroma_shares
from refimpl.tinytunes import Tune, TuneConfig, Tunes

LEVELS = {COMPRESSION: 1, MUSIC: 2, STEMS: 2}


@dataclass(frozen=True)
class Sizes:
    """How much is trained on and measured.

    Attributes:
        steps: optimizer steps.
        n_train: training tunes.
        n_test: held-out tunes that are decoded.
        n_probed: further tunes whose codes the probes read.
        n_heard: held-out tunes that are turned into sound, to hear their notes.
    """

    steps: int
    n_train: int = 120
    n_test: int = 12
    n_probed: int = 120
    n_heard: int = 6


@dataclass(frozen=True)
class Sample:
    """A tune as trials need it: frames (T, n_mels), chroma (T, 12), and its sound."""

    tune: Tune
    audio: np.ndarray
    frames: np.ndarray
    chroma: np.ndarray


@cache
def samples(sounds: str, split: str, n: int) -> list[Sample]:
    """Render tunes once for all trials of a process."""
    return [
        _sample(tune, sounds) for tune in Tunes(split, TuneConfig(level=LEVELS[sounds])).take(n)
    ]


def _sample(tune: Tune, sounds: str) -> Sample:
    mel = frame_config()
    audio = tune.stems()["melody"] if sounds == STEMS else tune.render()
    chroma = chroma_shares(audio, tune.sample_rate, mel.hop_length)
    return Sample(tune, audio, mel_spectrogram(audio, mel), chroma)


@cache
def training_windows(sounds: str, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Windows (n, WINDOW, n_mels + 12) of normalised frames with chroma; mean and std (n_mels,)."""
    found = samples(sounds, "train", n)
    frames = np.concatenate([cut_windows(one.frames, WINDOW) for one in found])
    chroma = np.concatenate([cut_windows(one.chroma, WINDOW) for one in found])
    mean, std = make_normaliser(frames.mean(axis=(0, 1)), frames.var(axis=(0, 1)), "band")
    both = np.concatenate([(frames - mean) / std, chroma], axis=-1)
    return both.astype(np.float32), mean, std


def train_arm(arm: Arm, seed: int, sizes: Sizes) -> NeuralCodec:
    """Train an arm's codec with one seed."""
    windows, mean, std = training_windows(arm.sounds, sizes.n_train)
    if arm.make_network is None:
        windows, options = windows[..., :-N_CLASSES], {}
    else:
        options = {"make_network": arm.make_network}
    network, _ = fit_neural(
        np.ascontiguousarray(windows),
        arm.config,
        steps=sizes.steps,
        batch_size=BATCH,
        seed=seed,
        show=False,
        **options,
    )
    return NeuralCodec(frame_config(), network, mean, std)


def run_trial(arm: Arm, seed: int, sizes: Sizes) -> dict[str, Any]:
    """Train an arm with one seed, and measure it on tunes that it has not seen.

    Returns:
        name, seed, bits_per_second, train_seconds and measure_seconds (of a processor), and
        `measures` by name: mel_all and mel_one, the distance of decoded frames with all books and
        with the first, in dB; efficiency, the share of the bits that carry information;
        perplexity of the first and the last book; melody, the share of its notes heard; and what
        probes read off the codes.
    """
    training_windows(arm.sounds, sizes.n_train)  # once for all trials: no part of their time
    started = time.process_time()
    codec = train_arm(arm, seed, sizes)
    network = codec.network
    trained = time.process_time()
    measures = _compression(codec, arm, sizes)
    if arm.sounds != COMPRESSION:
        measures |= _known(codec, arm, sizes)
    if isinstance(network, FactorisedNetwork):
        measures |= _swapped(codec, arm, sizes)
    return {
        "name": arm.name,
        "seed": seed,
        "steps": sizes.steps,
        "bits_per_second": codec.step_rate * float(np.log2(codec.stream_sizes).sum()),
        "train_seconds": trained - started,
        "measure_seconds": time.process_time() - trained,
        "measures": {name: None if value != value else value for name, value in measures.items()},
    }


def _compression(codec: NeuralCodec, arm: Arm, sizes: Sizes) -> dict[str, float]:
    """The distances with all books and with one, the use of the codes, and the notes."""
    tests = samples(arm.sounds, "test", sizes.n_test)
    found = {"mel_all": float(np.mean([_distance(codec, one) for one in tests]))}
    if codec.config.quantizer.ordered and len(codec.stream_sizes) > 1:
        first = codec.with_streams(1)
        found["mel_one"] = float(np.mean([_distance(first, one) for one in tests]))
    training = samples(arm.sounds, "train", min(100, sizes.n_train))
    codes = np.concatenate([codec.encode_frames(one.frames) for one in training])
    used = [perplexity(codes[:, i]) for i in range(codes.shape[1])]
    found["efficiency"] = float(np.log2(used).sum() / np.log2(codec.stream_sizes).sum())
    found |= {"perplexity_first": used[0], "perplexity_last": used[-1]}
    if arm.sounds == COMPRESSION:
        heard = [
            part_accuracy(_sound(codec, one), one.tune.sample_rate, one.tune)
            for one in tests[: sizes.n_heard]
        ]
        found |= {part: float(np.nanmean([one[part] for one in heard])) for part in heard[0]}
    return found


def _decoded(codec: NeuralCodec, frames: np.ndarray) -> np.ndarray:
    """Frames through codes and back, (T, n_mels); a colour is that of the sound itself."""
    network = codec.network
    if isinstance(network, FactorisedNetwork):
        return with_colour(codec, frames, frames)
    return codec.decode_frames(codec.encode_frames(frames))[: len(frames)]


def _distance(codec: NeuralCodec, sample: Sample) -> float:
    return mel_distance(sample.frames, _decoded(codec, sample.frames))


def _sound(codec: NeuralCodec, sample: Sample) -> np.ndarray:
    sound = codec.decode(codec.encode_frames(sample.frames))
    return fitted_length(sound, len(sample.audio))


def _known(codec: NeuralCodec, arm: Arm, sizes: Sizes) -> dict[str, float]:
    """Read facts off the codes by probes, and score a guess of each fact, too."""
    probed = samples(arm.sounds, "validation", sizes.n_probed)
    codes = [codec.encode_frames(one.frames) for one in probed]
    rate, tunes = codec.step_rate, np.arange(len(probed))

    # Step by step: the melody's pitch class, and the level.
    steps = sparse.vstack([step_features(c, codec.stream_sizes, context=1) for c in codes]).tocsr()
    names = np.repeat(tunes, [len(c) for c in codes])
    pairs = list(zip(probed, codes, strict=True))
    pitches = np.concatenate([step_pitches(one.tune, rate, len(c)) for one, c in pairs])
    pitches = np.where(pitches < 0, -1, pitches % N_CLASSES)
    levels = [step_loudness(one.audio, codec.sample_rate, rate, len(c)) for one, c in pairs]

    # Tune by tune: the melody's instrument, and the tempo.
    whole = np.array([tune_features(c, codec.stream_sizes) for c in codes])
    instruments = [one.tune.instruments["melody"] for one in probed]
    labels = np.unique(instruments, return_inverse=True)[1]
    tempos = np.array([one.tune.tempo for one in probed])
    found = {
        "pitch": probe_class(steps, pitches, names),
        "instrument": probe_class(whole, labels, tunes),
        "tempo": probe_number(whole, tempos, tunes, penalty=0.1),
        "loudness": probe_number(steps, np.concatenate(levels), names),
    }
    # The impostor: labels in another order, which no codes can hold.
    shuffled = probe_class(steps, np.random.default_rng(0).permutation(pitches), names)
    return (
        {name: one.score.mean for name, one in found.items()}
        | {f"{name}_guess": one.baseline for name, one in found.items()}
        | {"pitch_shuffled": shuffled.score.mean}
    )


@torch.inference_mode()
def with_colour(codec: NeuralCodec, frames: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The notes of frames (T, n_mels) with the colour of other frames: (T, n_mels) in dB."""
    network, every = codec.network, codec.frames_per_step
    n_steps = -(-len(frames) // every)
    held = hold_last(codec.normalise(frames), n_steps * every)
    codes = network.quantize(network.latents(torch.from_numpy(held)[None])).codes
    colour = network.colour(torch.from_numpy(codec.normalise(other))[None])
    decoded = network.join(network.lookup(codes), colour)[0].numpy()[: len(frames)]
    return np.maximum(decoded * codec.std + codec.mean, codec.mel.floor_db).astype(np.float32)


def _swapped(codec: NeuralCodec, arm: Arm, sizes: Sizes) -> dict[str, float]:
    """Give each test tune the colour of the next one with another instrument, and judge that.

    The judge of instruments is a linear probe on the mean frame of real sounds; the judge of notes
    is one that reads pitch classes off single frames of real sounds.
    """
    from sklearn.linear_model import LogisticRegression

    probed = samples(arm.sounds, "validation", sizes.n_probed)
    instruments = [one.tune.instruments["melody"] for one in probed]
    by_mean = LogisticRegression(max_iter=500)
    by_mean.fit([codec.normalise(one.frames).mean(axis=0) for one in probed], instruments)
    by_frame = LogisticRegression(max_iter=200)
    rows, classes = zip(*(_sounding(one.frames, one, codec) for one in probed[:60]), strict=True)
    by_frame.fit(np.concatenate(rows), np.concatenate(classes))
    tests = samples(arm.sounds, "test", sizes.n_test)
    right_colour, right_notes = [], []
    for one, other in zip(tests, tests[1:] + tests[:1], strict=True):
        new = other.tune.instruments["melody"]
        if new == one.tune.instruments["melody"]:
            continue
        frames = with_colour(codec, one.frames, other.frames)
        right_colour.append(by_mean.predict([codec.normalise(frames).mean(axis=0)])[0] == new)
        heard, wanted = _sounding(frames, one, codec)
        right_notes.append((by_frame.predict(heard) == wanted).mean())
    nan = float("nan")
    return {
        "swapped_instrument": float(np.mean(right_colour)) if right_colour else nan,
        "swapped_pitch": float(np.mean(right_notes)) if right_notes else nan,
    }


def _sounding(
    frames: np.ndarray, sample: Sample, codec: NeuralCodec
) -> tuple[np.ndarray, np.ndarray]:
    """Return the normalised frames in which the sample's melody sounds, and its pitch classes."""
    pitches = step_pitches(sample.tune, codec.mel.frame_rate, len(frames))
    sounding = np.flatnonzero(pitches >= 0)
    return codec.normalise(frames)[sounding], pitches[sounding] % N_CLASSES
