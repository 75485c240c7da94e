"""Let a composer write what prompts ask for, and judge it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from refimpl.audio import Clip, resample
from refimpl.conditioning import melody_classes
from refimpl.generation import within_range
from refimpl.metrics import measure_music
from refimpl.reproduce.asked.arms import REAL, RESYNTHESISED, Arm
from refimpl.reproduce.asked.prompts import Prompt
from refimpl.text_to_music import Composer, melody_of
from refimpl.text_to_music.judges import Judges

FRAME_RATE = 50.0  # Hz, of the melody that is heard in a tune
AFTER = 0.1  # seconds after a note's onset, when it is heard best
MUSIC = ("in_key", "cross_key", "grid", "voiced")


def measure_arm(
    composer: Composer, judges: Judges, arm: Arm, prompts: Sequence[Prompt]
) -> tuple[dict[str, Any], list[Clip]]:
    """Write one tune for each prompt, and measure all.

    Args:
        composer: writes.
        judges: judge.
        arm: how it is asked.
        prompts: what for.

    Returns:
        The record: a list of measures, one for each prompt, and the processor's seconds of a tune;
        and the tunes.
    """
    began = time.process_time()
    clips = write(composer, arm, prompts)
    seconds = (time.process_time() - began) / max(1, len(clips))
    measured = []
    for clip, prompt in zip(clips, prompts, strict=True):
        found = measure_clip(judges, clip, prompt)
        measured.append(found | ({"music": measured_music(clip, prompt)} if arm.as_music else {}))
    return {"name": arm.name, "seconds_a_tune": seconds, "tunes": measured}, clips


def write(composer: Composer, arm: Arm, prompts: Sequence[Prompt]) -> list[Clip]:
    """The tunes of an arm, one for each prompt."""
    texts = [prompt.text(arm.wording, arm.without) for prompt in prompts]
    if arm.name in (REAL, RESYNTHESISED):
        rate = composer.sample_rate
        sounds = [resample(one.tune.render(), one.tune.sample_rate, rate) for one in prompts]
        if arm.name == RESYNTHESISED:
            sounds = [_through(composer, sound) for sound in sounds]
        return [
            Clip(prompt.tune.name, sound, rate, text)
            for prompt, sound, text in zip(prompts, sounds, texts, strict=True)
        ]
    melodies = None
    if arm.melody:
        melodies = [melody_of(prompt.tune, composer.step_rate) for prompt in prompts]
    return composer.write(texts, melody=melodies, guidance=arm.guidance, clock=arm.clock)


def _through(composer: Composer, sound: np.ndarray) -> np.ndarray:
    codec = composer.tokenizer.codec
    return within_range(codec.decode(codec.encode(sound))[: len(sound)])


def measure_clip(judges: Judges, clip: Clip, prompt: Prompt) -> dict[str, Any]:
    """Judge of each thing that was asked for whether a tune has it, and its melody."""
    asked, audio = prompt.asked, clip.audio
    return {
        "level": prompt.tune.level,
        "text": clip.caption,
        "agreed": judges.agree(audio, clip.sample_rate, asked),
        "melody": melody_right(audio, clip.sample_rate, prompt),
    }


def measured_music(clip: Clip, prompt: Prompt) -> dict[str, float | None]:
    """A tune's measures as music, which know the tempo that was asked for."""
    period = 60 / prompt.asked["tempo"]
    music = measure_music(clip.audio, clip.sample_rate, beat_period=period)
    return {name: _number(getattr(music, name)) for name in MUSIC}


def melody_right(audio: np.ndarray, sample_rate: int, prompt: Prompt) -> float:
    """The share of the prompt's melody notes whose pitch class is heard shortly after their onset.

    In a mix, chords may be louder than the melody: compare with the test tunes themselves.
    """
    heard = melody_classes(audio, sample_rate, FRAME_RATE)
    notes = [note for note in prompt.tune.notes if note.part == "melody"]
    places = [round((note.onset + AFTER) * FRAME_RATE) for note in notes]
    right = [
        place < len(heard) and heard[place] == note.pitch % 12
        for note, place in zip(notes, places, strict=True)
    ]
    return float(np.mean(right))


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
