"""Notes heard by a network that nobody here has trained: Spotify's basic-pitch.

A detector of our own may share the faults of what it judges. This one learned from other people's
recordings. Its network is a file of 230 kB in the package `basic-pitch`, which a plain
`pip install` brings together with TensorFlow. The network itself needs neither:

    pip install 'refimpl[basic-pitch]'
    pip install --no-deps basic-pitch
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.audio.standardising import resample
from refimpl.errors import UserError
from refimpl.metrics.notes import Notes

SAMPLE_RATE = 22050  # Hz, at which the network hears
HOP = 256  # samples from one frame to the next
WINDOW, FRAMES = 43_844, 172  # samples that it hears at a time, and the frames it makes of them
LOWEST = 21  # MIDI pitch of the first of its 88
SHORTEST = 5  # frames, 58 ms, of a note
_OVERLAP = 30  # frames of two neighbouring windows; half of them are cut off at either side
_MODEL = Path("saved_models/icassp_2022/nmp.onnx")
_HOW = (
    "install it with `pip install 'refimpl[basic-pitch]'` and then"
    " `pip install --no-deps basic-pitch` (without --no-deps it brings TensorFlow)"
)


@dataclass(frozen=True)
class Posteriors:
    """How likely the network takes each pitch to sound, and to begin, in each frame.

    Attributes:
        notes: (n_frames, 88) in [0, 1], from MIDI pitch 21 on, 86.1 frames per second.
        onsets: (n_frames, 88) in [0, 1].
    """

    notes: np.ndarray
    onsets: np.ndarray


class BasicPitch:
    """The network of basic-pitch, and notes from what it hears.

    Args:
        session: runs the network: an `onnxruntime.InferenceSession`, or anything with its
            `get_inputs` and `run`.

    Source: Bittner et al. 2022. Taught in lesson 11.
    """

    def __init__(self, session: Any) -> None:
        self.session = session
        self._input = session.get_inputs()[0].name

    @classmethod
    def load(cls) -> BasicPitch:
        """Load the network from the package `basic-pitch`.

        Raises:
            UserError: `basic-pitch` or `onnxruntime` is not installed.
        """
        # The package is found and not imported: importing it looks for TensorFlow.
        found = find_spec("basic_pitch")
        place = Path(found.submodule_search_locations[0]) / _MODEL if found else None
        if place is None or not place.exists() or not find_spec("onnxruntime"):
            raise UserError(f"basic-pitch is not installed; {_HOW}")
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        kind = ["CPUExecutionProvider"]
        return cls(onnxruntime.InferenceSession(str(place), options, providers=kind))

    def posteriors(self, audio: np.ndarray, sample_rate: int) -> Posteriors:
        """Hear a sound, window by window.

        Args:
            audio: (n_samples,) mono.
            sample_rate: in Hz; the sound is resampled to 22,050.
        """
        audio = np.asarray(audio, dtype=np.float32)
        audio = resample(audio, sample_rate, SAMPLE_RATE) if len(audio) else audio
        n_frames = -(-len(audio) // HOP)
        # Whole frames, where the package takes WINDOW - 30 * HOP and is off by .7 a window.
        lead, step = _OVERLAP // 2 * HOP, (FRAMES - _OVERLAP) * HOP
        starts = range(0, max(1, len(audio)), step)
        padded = np.zeros(lead + starts[-1] + WINDOW, dtype=np.float32)
        padded[lead : lead + len(audio)] = audio
        cut = slice(_OVERLAP // 2, -(_OVERLAP // 2))
        kept: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
        for start in starts:
            window = padded[None, start : start + WINDOW, None]
            onsets, notes, _ = self.session.run(None, {self._input: window})
            kept[0].append(notes[0, cut])
            kept[1].append(onsets[0, cut])
        notes, onsets = (np.concatenate(one)[:n_frames] for one in kept)
        return Posteriors(notes, onsets)

    def detect(
        self, audio: np.ndarray, sample_rate: int, *, onset: float = 0.8, note: float = 0.5
    ) -> Notes:
        """Detect notes: pitches whose onset is a clear peak, and that go on sounding.

        The thresholds are for sounds that tinytunes' instruments render: the F-score is .98 for
        tunes and for chorales, where `detect_polyphony` has .97 and .88. At the package's own 0.5
        and 0.3, which are for recordings, it is .75 and .86: partials are taken for notes.

        Args:
            audio: (n_samples,) mono.
            sample_rate: in Hz.
            onset: least posterior of an onset.
            note: least mean posterior of the note, over the 58 ms after its onset.

        Returns:
            Notes in order of time; strengths are the posteriors of the onsets.
        """
        heard = self.posteriors(audio, sample_rate)
        around = np.pad(heard.onsets, ((1, 1), (0, 0)))
        peak = (heard.onsets > around[:-2]) & (heard.onsets >= around[2:])
        sums = np.cumsum(np.pad(heard.notes, ((1, SHORTEST), (0, 0))), axis=0, dtype=np.float64)
        goes_on = (sums[SHORTEST + 1 :] - sums[1:-SHORTEST])[: len(peak)] / SHORTEST >= note
        frames, pitches = np.nonzero(peak & (heard.onsets >= onset) & goes_on)
        return Notes(
            frames * HOP / SAMPLE_RATE,
            (pitches + LOWEST).astype(np.int64),
            heard.onsets[frames, pitches],
        )
