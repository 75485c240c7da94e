"""Old names of modules: what a notebook from before imports is there."""

import importlib

import pytest

from refimpl._moved import MOVED


@pytest.mark.parametrize("old", MOVED)
def test_an_old_name_offers_what_the_new_one_does(old):
    was, now = importlib.import_module(old), importlib.import_module(MOVED[old])
    for name in getattr(now, "__all__", [n for n in vars(now) if not n.startswith("_")]):
        assert getattr(was, name) is getattr(now, name)


@pytest.mark.parametrize(
    ("old", "names"),
    [
        ("refimpl.codebook", ["Codebook"]),
        ("refimpl.codec", ["load_codec"]),
        ("refimpl.course.comparing", ["compare_arrays"]),
        ("refimpl.kmeans", ["kmeans", "nearest"]),
        ("refimpl.packing.layout", ["PackedBatch", "expand"]),
        ("refimpl.pipeline.running", ["run", "load_run"]),
        ("refimpl.display", ["progress"]),
        ("refimpl.tinytunes", ["Corpus"]),
        ("refimpl.tinytunes.corpus", ["Corpus"]),
        ("refimpl.vqvae", ["VQVAE", "VQVAEConfig", "VectorQuantizer"]),
    ],
)
def test_what_the_lessons_imported_from_there_is_still_there(old, names):
    assert all(callable(getattr(importlib.import_module(old), name)) for name in names)


def test_a_name_that_never_was_is_not_found():
    with pytest.raises(ModuleNotFoundError, match="refimpl.nothing"):
        importlib.import_module("refimpl.nothing")
