"""Bit rates of published codecs: what their papers state as rates has to come out."""

import numpy as np
import pytest

from refimpl.codecs import CodecError, code_rate, published, quoted_figures
from refimpl.codecs.rates import PUBLISHED, Quoted
from refimpl.metrics import bits_per_second


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("SoundStream, 4 codebooks", 3000),
        ("SoundStream, 8 codebooks", 6000),
        ("SoundStream, 24 codebooks", 18_000),
        ("EnCodec 24 kHz, 2 codebooks", 1500),
        ("EnCodec 24 kHz, 32 codebooks", 24_000),
        ("EnCodec 48 kHz stereo, 2 codebooks", 3000),
        ("EnCodec 48 kHz stereo, 16 codebooks", 24_000),
        ("Mimi", 1100),
        ("MusicGen", 2200),
        ("MusicLM, semantic and acoustic", 6250),
    ],
)
def test_the_rates_that_papers_state_follow_from_their_numbers(name, bits):
    assert published(name).bits_per_second == pytest.approx(bits)


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("Jukebox, three levels", 5512.5 + 1378.125 + 344.53125),
        ("MusicLM, semantic and acoustic", 625),
        ("AudioLM, semantic and acoustic", 625),
        ("MusicGen", 200),
        ("Gemini, audio in", 25),
    ],
)
def test_tokens_of_all_streams_add_up(name, tokens):
    assert published(name).tokens_per_second == pytest.approx(tokens)


def test_vectors_have_no_bit_rate():
    assert published("Gemini, audio in").bits_per_second is None


def test_every_codec_has_a_name_of_its_own_and_says_its_source():
    assert len({one.name for one in PUBLISHED}) == len(PUBLISHED)
    assert all("section" in one.source or "table" in one.source for one in PUBLISHED)


def test_a_rate_is_that_of_the_measures_and_grows_with_the_books():
    rates = [code_rate(24_000, 320, n, 1024) for n in (1, 2, 8)]
    assert np.allclose(rates, [750, 1500, 6000])
    assert code_rate(22_050, 704, 1, 512) == pytest.approx(bits_per_second(22_050 / 704, 512))
    # Eight books of 1,024, sixteen of 32 and eighty of 2 tell as many vectors apart.
    same = [code_rate(24_000, 320, n, k) for n, k in ((8, 1024), (16, 32), (80, 2))]
    assert np.allclose(same, 6000)


@pytest.mark.parametrize("numbers", [(0, 320, 1, 2), (24_000, 0, 1, 2), (24_000, 320, 1, 0)])
def test_numbers_below_one_are_refused(numbers):
    with pytest.raises(CodecError, match="at least 1"):
        code_rate(*numbers)


def test_an_unknown_codec_is_refused():
    with pytest.raises(CodecError, match="no codec 'Lyra'.*MusicGen"):
        published("Lyra")


def test_quoted_figures_are_held_against_their_own_numbers():
    found = {one.what: one for one in quoted_figures()}
    assert len(found) == len(quoted_figures())
    wrong = {name for name, one in found.items() if not one.agrees}
    assert {
        "16-bit sound at 44.1 kHz, one channel",
        "DAC, 9 codebooks",
        "EnCodec 48 kHz, step rate in DAC's table 1",
    } <= wrong
    assert {"MusicLM, codes", "SoundStream, 8 codebooks", "MusicGen, codes"}.isdisjoint(wrong)
    assert found["16-bit sound at 44.1 kHz, one channel"].computed == pytest.approx(88.2)
    assert found["DAC, 9 codebooks"].computed == pytest.approx(7751.953125)


def test_a_figure_in_words_says_both_where_they_differ():
    wrong = Quoted("a rate", "per second", 12, 12.5, "25 / 2")
    assert str(wrong) == (
        "a rate: often quoted as 12 per second; its own numbers give 12.5 (25 / 2)"
    )
    assert "agree" in str(Quoted("a rate", "per second", 12.5, 12.5, "25 / 2"))
