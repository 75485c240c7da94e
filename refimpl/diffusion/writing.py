"""Tunes by a diffusion model: what is asked for becomes labels and hints, and latents sound."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from refimpl.diffusion.filling import fill
from refimpl.diffusion.hints import make_hints, melody_steps
from refimpl.diffusion.saved import SavedDiffusion
from refimpl.errors import UserError
from refimpl.tinytunes.harmony import LETTERS, NATURALS

STEPS, GUIDANCE, FEW = 16, 2.0, 4
ROUNDS = 5  # of a step, where a gap is filled without a control that knows what is around it
CLASSES = dict(zip(LETTERS, NATURALS, strict=True))  # of the white keys
ACCIDENTALS = {"": 0, "#": 1, "b": -1}
SIGNS = {r"[ -]?(?:sharp|♯)": "#", r"[ -]?(?:flat|♭)": "b"}
# A small "a" is an article unless "in" stands before it.
IN_TEXT = re.compile(
    r"(?:\bin (?:the key of )?)?"
    r"\b(?P<tonic>(?:[A-G]|(?<=in )[a-g]|(?<=of )[a-g])(?:[#b♯♭]|[ -](?:sharp|flat))?)"
    r"[ -](?P<mode>[Mm]ajor|[Mm]inor)\b"
)


@dataclass(frozen=True, eq=False)
class Wish:
    """Wishes for a tune; each may be left out.

    Attributes:
        key: pitch class of the tonic, 0 (C) to 11 (B).
        melody: a sound (n_samples,) at the codec's sample rate, whose melody the tune takes over.
        clip: a sound at that rate, of which the tune keeps all but `gap`.
        gap: from and to, in seconds.

    Taught in lesson 12.
    """

    key: int | None = None
    melody: np.ndarray | None = None
    clip: np.ndarray | None = None
    gap: tuple[float, float] | None = None


def parse_key(text: str) -> int:
    """Return the tonic of a major key, as a pitch class: "F#", "Gb" and "Gb major" are 6.

    Raises:
        UserError: no such key, or a minor one.
    """
    found = re.fullmatch(r"([A-Ga-g])([#b]?)( major)?", text.strip())
    if found is None:
        raise UserError(
            f"{text!r} is no key that this model knows; give a major key, such as C, Eb or F#"
        )
    return (CLASSES[found[1].upper()] + ACCIDENTALS[found[2]]) % 12


def key_in_text(text: str) -> tuple[int, str]:
    """Find the key that a text asks for.

    Args:
        text: such as "a calm tune in E flat major".

    Returns:
        The tonic as a pitch class, and the text without the key: what this model does not follow.

    Raises:
        UserError: no key, a minor one, or two.
    """
    found = list(IN_TEXT.finditer(text))
    if not found:
        raise UserError(
            f"{text!r} names no key, and this model follows nothing else of a text; "
            'name one as in "a tune in Eb major"'
        )
    keys = {parse_key(_short(one["tonic"]) + " " + one["mode"].lower()) for one in found}
    if len(keys) > 1:
        raise UserError(f"{text!r} names {len(keys)} keys; a tune has one")
    return keys.pop(), " ".join(IN_TEXT.sub(" ", text).split())


def _short(tonic: str) -> str:
    """Write a tonic in words, such as "E flat", as "Eb"."""
    for words, sign in SIGNS.items():
        tonic = re.sub(words, sign, tonic, flags=re.IGNORECASE)
    return tonic


def tune_seconds(saved: SavedDiffusion) -> float:
    """Return how long a tune is, in seconds."""
    return saved.model.network.config.n_steps / saved.codec.step_rate


@torch.no_grad()
def write_tunes(
    saved: SavedDiffusion,
    wish: Wish | None = None,
    *,
    count: int = 1,
    n_steps: int = STEPS,
    guidance: float | None = None,
    seed: int = 0,
) -> list[np.ndarray]:
    """Write tunes.

    Few steps without a guidance and without hints are taken by the distilled model, where there is
    one, since it has guidance in it.

    Args:
        saved: of `load_diffusion`.
        wish: what the tunes should be like; None: anything.
        count: how many tunes.
        n_steps: of the sampler.
        guidance: see `DiffusionModel.denoise`; None: 2, or what the distilled model has in it.
        seed: of the noise.

    Returns:
        (n_samples,) float32 each, at the codec's sample rate.

    Raises:
        UserError: a wish that the model cannot fulfil, or a wrong option.

    Taught in lesson 12.
    """
    latents = write_latents(
        saved, wish or Wish(), count=count, n_steps=n_steps, guidance=guidance, seed=seed
    )
    return [saved.codec.decode(one) for one in latents.numpy()]


def write_latents(
    saved: SavedDiffusion,
    wish: Wish,
    *,
    count: int,
    n_steps: int = STEPS,
    guidance: float | None = None,
    seed: int = 0,
) -> Tensor:
    """As `write_tunes`, but the tunes stay latents: (count, S, D)."""
    labels = None if wish.key is None else torch.full((count,), wish.key)
    how = {"labels": labels, "n_steps": n_steps, "seed": seed}
    hinted = wish.melody is not None or wish.clip is not None
    if not hinted and guidance is None and n_steps <= FEW and saved.few_steps is not None:
        return saved.few_steps.write(count, **how)
    how["guidance"] = GUIDANCE if guidance is None else guidance
    if not hinted:
        return saved.model.write(count, **how)
    shape = saved.model.shape(count)
    melody = None if wish.melody is None else _melody(saved, wish.melody).expand(shape[:2])
    hint = partial(make_hints, shape, melody=melody, channels=saved.channels)
    if wish.clip is None:
        return saved.controlled().write(count, hints=hint(), **how)
    clips, known = known_part(saved, wish.clip, wish.gap)
    clips, known = clips.expand(shape), known.expand(shape[:2])
    if saved.branch is None and melody is None:
        return fill(saved.model, clips, known, n_rounds=ROUNDS, **how)
    hints = hint(known=(clips, known))
    return fill(saved.controlled(), clips, known, hints=hints, **how)


def _melody(saved: SavedDiffusion, audio: np.ndarray) -> Tensor:
    codec, n_steps = saved.codec, saved.model.network.config.n_steps
    return melody_steps(audio, codec.sample_rate, codec.step_rate, n_steps)


def known_part(
    saved: SavedDiffusion, clip: np.ndarray, gap: tuple[float, float] | None
) -> tuple[Tensor, Tensor]:
    """Return a clip as latents, and which of its steps the tune keeps.

    Args:
        saved: gives the codec and the length of a tune.
        clip: (n_samples,). Of one shorter than a tune, the end is not known either; of a longer
            one the rest is left out.
        gap: from and to in seconds; None: nothing but the end is missing.

    Returns:
        (S, D) float32 and (S,) bool.

    Raises:
        UserError: nothing is missing, or nothing is known.
    """
    config, rate = saved.model.network.config, saved.codec.step_rate
    rows = torch.from_numpy(saved.codec.encode(clip))[: config.n_steps]
    latents = torch.zeros(config.n_steps, config.latent_dim)
    latents[: len(rows)] = rows
    steps = torch.arange(config.n_steps)
    known = steps < min(len(rows), int(len(clip) / saved.codec.sample_rate * rate + 0.01))
    if gap is not None:
        first, end = (round(seconds * rate) for seconds in gap)
        known &= (steps < first) | (steps >= end)
    if known.all() or not known.any():
        what = "nothing to write" if known.all() else "nothing that is known"
        where = "" if gap is None else f", and the gap from {gap[0]:g} to {gap[1]:g} s"
        raise UserError(
            f"the clip has {len(clip) / saved.codec.sample_rate:.2f} s{where}: in a tune of"
            f" {config.n_steps / rate:.2f} s that leaves {what}"
        )
    return latents, known
