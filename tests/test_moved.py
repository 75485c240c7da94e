"""Old names of modules: what a notebook from before imports is there."""

import importlib

import pytest

from refimpl._moved import MOVED


@pytest.mark.parametrize("old", MOVED)
def test_an_old_name_offers_what_the_new_one_does(old):
    was, now = importlib.import_module(old), importlib.import_module(MOVED[old])
    for name in getattr(now, "__all__", [n for n in vars(now) if not n.startswith("_")]):
        assert getattr(was, name) is getattr(now, name)


def test_what_the_lessons_imported_from_there_is_still_there():
    from refimpl.codebook import Codebook
    from refimpl.codec import load_codec
    from refimpl.kmeans import kmeans, nearest
    from refimpl.vqvae import VQVAE, VectorQuantizer, VQVAEConfig

    assert all(map(callable, (Codebook, load_codec, kmeans, nearest)))
    assert all(map(callable, (VQVAE, VectorQuantizer, VQVAEConfig)))


def test_a_name_that_never_was_is_not_found():
    with pytest.raises(ModuleNotFoundError, match="refimpl.nothing"):
        importlib.import_module("refimpl.nothing")
