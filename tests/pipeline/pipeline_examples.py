"""Tiny settings and recordings for the tests of the pipeline and of the command line."""

import numpy as np

from refimpl.audio import save_audio
from refimpl.presets import PRESETS, override

RATE = 22050
TINY = {
    "tunes.n_bars": 1,  # 2 s
    "data.n_train": 4,
    "data.n_validation": 2,
    "codec.mel.n_fft": 1024,
    "codec.mel.n_mels": 40,
    "codec.n_clusters": 16,
    "codec.max_iter": 5,
    "model.n_layers": 1,
    "model.hidden_size": 16,
    "model.n_heads": 2,
    "model.ffn_hidden_size": 16,
    "training.steps": 3,
    "training.warmup_steps": 1,
    "training.validate_every": None,
    "batch_size": 2,
    "objectives.mixture": None,
    "recordings.copies": 0,
}


def tiny(**changes):
    """The course's preset, as small as it gets; `data__n_train=3` changes data.n_train."""
    changes = {name.replace("__", "."): value for name, value in changes.items()}
    return override(PRESETS["course"], TINY | changes)


def tone(seconds, pitch=440.0, rate=RATE):
    """A tone whose loudness and pitch waver, so that its frames differ."""
    t = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * (pitch * t + 8 * np.sin(2 * np.pi * 0.7 * t))
    return (0.5 * np.sin(phase) * (0.6 + 0.4 * np.sin(2 * np.pi * 1.3 * t))).astype(np.float32)


def write_recordings(folder):
    """Three usable files of 9.7, 5 and 2 s, at other rates too, and three that are not."""
    save_audio(folder / "long.wav", tone(9.7), RATE)
    save_audio(folder / "deeper" / "other rate.flac", tone(5.0, 300.0, 16000), 16000)
    save_audio(folder / "short.ogg", tone(2.0, 600.0), RATE)
    (folder / "empty.wav").touch()
    (folder / "words.mp3").write_text("no sound")
    (folder / "phone.m4a").write_text("some other format")
    return folder
