"""Two ways from mel frames to sound: Griffin-Lim, and a network that has learnt to tell a phase.

    python -m refimpl.reproduce.vocoders book/results --steps 600

Both get the frames of held-out tunes, which no codec has touched. Figures go to `vocoders.json`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.codecs import NeuralCodecConfig
from refimpl.codecs.neural.vocoder import Vocoder, fit_vocoder
from refimpl.files import replace_json
from refimpl.mel import MelConfig, mel_spectrogram, mel_to_audio
from refimpl.reproduce.waveform_steps import N_HELD_OUT, N_TRAINING, measure_codec
from refimpl.tinytunes import TuneConfig, Tunes


class FramesAndBack:
    """Mel frames and back, with the interface that `measure_codec` needs: frames are its codes.

    Args:
        mel: of the frames.
        to_audio: turns frames (n_frames, n_mels) into a waveform.
    """

    stream_sizes = (1,)  # nothing is quantized, so bits say nothing

    def __init__(self, mel: MelConfig, to_audio: Callable[[np.ndarray], np.ndarray]):
        self.mel, self.decode = mel, to_audio
        self.sample_rate, self.step_rate = mel.sample_rate, mel.frame_rate

    def encode(self, audio: np.ndarray) -> np.ndarray:
        """Return the frames (n_frames, n_mels) of a waveform, in dB."""
        return mel_spectrogram(audio, self.mel)


def vocoders(
    folder: str | Path,
    *,
    steps: int = 600,
    mel: MelConfig | None = None,
    n_training: int = N_TRAINING,
    n_held_out: int = N_HELD_OUT,
    show: bool | None = None,
) -> dict[str, Any]:
    """Train a vocoder, and measure it beside Griffin-Lim.

    Args:
        folder: for `vocoders.json`.
        steps: of the training.
        mel: of the frames; None: those of the neural codec.
        n_training: tunes of level 1 that the vocoder is trained on.
        n_held_out: other tunes that both are measured on.
        show: whether to show progress bars; None decides by where the output goes.

    Returns:
        The file's content: the measures of `measure_codec` by the name of the way.
    """
    mel = mel or NeuralCodecConfig().mel
    tunes = TuneConfig(level=1, sample_rate=mel.sample_rate)
    held_out = list(Tunes("test", tunes).take(n_held_out))
    began = time.process_time()
    sounds = (tune.render() for tune in Tunes("train", tunes).take(n_training))
    vocoder: Vocoder = fit_vocoder(sounds, mel, steps=steps, show=show)
    core_seconds = round(time.process_time() - began, 1)
    ways = {"Griffin-Lim": lambda frames: mel_to_audio(frames, mel), "vocoder": vocoder.to_audio}
    results = {
        "mel": mel.to_dict(),
        "steps": steps,
        "core_seconds": core_seconds,
        "weights": sum(p.numel() for p in vocoder.parameters()),
        "measures": {
            name: measure_codec(FramesAndBack(mel, way), held_out) for name, way in ways.items()
        },
    }
    replace_json(Path(folder) / "vocoders.json", results)
    return results


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=600)
    given = parser.parse_args(arguments)
    vocoders(given.folder, steps=given.steps)


if __name__ == "__main__":
    main()
