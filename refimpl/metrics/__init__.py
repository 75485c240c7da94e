"""Measures: the distance of two sounds, the quality of a code, and tests for music.

`spectral` compares sounds, and `codes` measures tokens; `salience`, `onsets` and `notes` detect
notes, from which `musical` computes musical measures; `keys` estimates a key and `metre` the metre,
`copying` tests whether a tune is new, and `returns` how much of it comes back; `polyphony` hears
several voices and compares them with known notes, `basic_pitch` hears notes by a network that
others have trained, `references` makes sounds to compare with, and `statistics` makes the table.
`probes` read facts off codes, those of `step_facts` among them. `sets` compares whole sets of
sounds.
"""

from refimpl.metrics.codes import bits_per_second, nats_per_second, perplexity, usage
from refimpl.metrics.copying import (
    longest_shared_run,
    match_lengths,
    measure_copying,
    ngram_overlap,
)
from refimpl.metrics.keys import estimate_key
from refimpl.metrics.metre import (
    Metre,
    estimate_metre,
    kind_of_metre,
    measure_metre,
    metre_is_clear,
    shuffle_onsets,
)
from refimpl.metrics.musical import (
    MusicalMeasures,
    cross_key,
    grid,
    in_key,
    measure_music,
    pitch_entropy,
)
from refimpl.metrics.notes import (
    Notes,
    NoteScores,
    detect_notes,
    note_accuracy,
    note_scores,
    part_accuracy,
    span_pitches,
)
from refimpl.metrics.onsets import detect_onsets
from refimpl.metrics.polyphony import detect_polyphony, note_f_score
from refimpl.metrics.probes import Probed, probe_class, probe_number, step_features, tune_features
from refimpl.metrics.references import random_notes_like
from refimpl.metrics.returns import (
    measure_returns,
    returning_runs,
    share_returning,
    times_played,
)
from refimpl.metrics.salience import BASS, MELODY, Register, Salience, pitch_salience
from refimpl.metrics.similarity import bar_similarity
from refimpl.metrics.spectral import (
    chroma_agreement,
    mel_distance,
    si_sdr,
    spectral_flatness,
    stft_distance,
)
from refimpl.metrics.statistics import (
    Estimate,
    bootstrap_mean,
    bootstrap_share,
    summarise,
    table,
)
from refimpl.metrics.step_facts import step_loudness, step_pitches

__all__ = [
    "BASS",
    "MELODY",
    "Estimate",
    "Metre",
    "MusicalMeasures",
    "NoteScores",
    "Notes",
    "Probed",
    "Register",
    "Salience",
    "bar_similarity",
    "bits_per_second",
    "bootstrap_mean",
    "bootstrap_share",
    "chroma_agreement",
    "cross_key",
    "detect_notes",
    "detect_onsets",
    "detect_polyphony",
    "estimate_key",
    "estimate_metre",
    "grid",
    "in_key",
    "kind_of_metre",
    "longest_shared_run",
    "match_lengths",
    "measure_copying",
    "measure_metre",
    "measure_music",
    "measure_returns",
    "mel_distance",
    "metre_is_clear",
    "nats_per_second",
    "ngram_overlap",
    "note_accuracy",
    "note_f_score",
    "note_scores",
    "part_accuracy",
    "perplexity",
    "pitch_entropy",
    "pitch_salience",
    "random_notes_like",
    "probe_class",
    "probe_number",
    "returning_runs",
    "share_returning",
    "shuffle_onsets",
    "si_sdr",
    "span_pitches",
    "spectral_flatness",
    "step_features",
    "step_loudness",
    "step_pitches",
    "stft_distance",
    "summarise",
    "table",
    "times_played",
    "tune_features",
    "usage",
]
