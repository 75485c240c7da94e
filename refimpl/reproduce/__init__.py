"""The report's pipeline and the course's, run through the same code and measured side by side.

Read in this order: `experiments`, `sets`, `measuring`, `whole_sets`, `reproduction`, `figures`,
`page`, `completing`; then, for the mixtures of objectives, `mixtures`, `mixture_comparison`,
`mixture_figures`, `mixture_tables`;
and for rate and distortion, `codec_systems`, `codec_comparison`, `codec_tables`, `codec_figures`;
for small trials of codecs, `codec_questions`, `semantic_codecs`, `codec_trials`, `trial_records`,
`question_tables`; for chords and real harmony, `level_codecs`, `score_codecs`, over `kept`; and for
codecs on samples, `waveform_steps`, `critic_effect`, `vocoders`.
`claims` tests what papers claim,
`memory` compares models of real tunes, `judges` tests the judges of generated music, `asked`
whether a model writes what it is asked for, and `layouts` what it costs under each layout.
"""

from importlib import import_module

from refimpl.reproduce.asked import measure_asked
from refimpl.reproduce.codec_comparison import compare_codecs
from refimpl.reproduce.completing import complete_whole_sets
from refimpl.reproduce.diffusion import compare_diffusion
from refimpl.reproduce.judges import judge_judges
from refimpl.reproduce.layouts import compare_layouts
from refimpl.reproduce.memory import compare_memory
from refimpl.reproduce.mixture_comparison import compare_mixtures
from refimpl.reproduce.reproduction import reproduce

__all__ = [
    "compare_codecs",
    "compare_diffusion",
    "compare_layouts",
    "compare_memory",
    "complete_whole_sets",
    "compare_mixtures",
    "judge_judges",
    "measure_asked",
    "measure_claims",
    "reproduce",
]

# The claims read what many studies measured, so importing them would import each of these. Python
# warns where a study that runs as a program has been imported before.
_HOME = {"measure_claims": "claims"}


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
