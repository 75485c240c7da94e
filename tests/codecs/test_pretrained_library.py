"""The pretrained codecs without their library: a word that says what to do."""

import sys

import pytest

from refimpl.codecs import CodecError
from refimpl.codecs.pretrained import PretrainedCodec


def test_without_the_library_an_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)  # what makes an import fail
    with pytest.raises(CodecError, match=r"pip install 'refimpl\[codecs\]'"):
        PretrainedCodec.load("dac")
