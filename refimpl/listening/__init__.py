"""Listening tests: a page that needs no server, and what the answers of its listeners say.

design.py     what is compared: the sounds of folders, as trials
anchors.py    the low-pass filtered references of a MUSHRA test
plans.py      which trials a listener gets, so that all are heard equally often
site.py       the page with its sounds, and the key that names them
embedded.py   the same page inside a notebook
results.py    the files that listeners send back, checked
scores.py     one number for each listener and system; whom to leave out
analysis.py   means with intervals, systems told apart, and listeners needed
report.py     the same as text, tables and a picture
made_up.py    listeners with known preferences, to try an analysis
"""

from refimpl.listening.analysis import (
    Comparison,
    Mean,
    compare_systems,
    holm,
    listeners_needed,
    mean_of,
    means_of,
)
from refimpl.listening.anchors import ANCHORS, low_pass
from refimpl.listening.design import KINDS, ListeningTest, Trial, design_test
from refimpl.listening.embedded import EmbeddedTest, embed_test
from refimpl.listening.errors import ListeningError
from refimpl.listening.made_up import made_up_result
from refimpl.listening.plans import balanced_plans
from refimpl.listening.report import Analysis, analyse, text_of, write_analysis
from refimpl.listening.results import Answer, Key, Result, read_key, read_result, read_results
from refimpl.listening.scores import listener_scores, screened_out
from refimpl.listening.site import PageOptions, key_path, page_with_sounds, write_site

__all__ = [
    "ANCHORS",
    "KINDS",
    "Analysis",
    "Answer",
    "Comparison",
    "EmbeddedTest",
    "Key",
    "ListeningError",
    "ListeningTest",
    "Mean",
    "PageOptions",
    "Result",
    "Trial",
    "analyse",
    "balanced_plans",
    "compare_systems",
    "design_test",
    "embed_test",
    "holm",
    "key_path",
    "listener_scores",
    "listeners_needed",
    "low_pass",
    "made_up_result",
    "mean_of",
    "means_of",
    "page_with_sounds",
    "read_key",
    "read_result",
    "read_results",
    "screened_out",
    "text_of",
    "write_analysis",
    "write_site",
]
