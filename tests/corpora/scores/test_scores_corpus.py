"""Scores as a corpus: what is opened, what is known, what is held out, how it sounds."""

import importlib.util
import itertools

import numpy as np
import pytest

from refimpl.audio import save_audio
from refimpl.corpora import CORPORA, Scores, open_corpus
from refimpl.corpora.scores import TICKS, cut_at_bars
from refimpl.corpora.scores import cache as score_cache
from refimpl.corpora.scores.collections import held_out_names
from refimpl.errors import UserError
from refimpl.metrics import detect_notes
from tests.corpora.scores.score_examples import TUNE, musicxml, note, write_midi
from tests.pipeline.pipeline_examples import RATE, tiny, tone

PRESET = tiny(data__n_train=50, data__n_validation=50)
NOTES = [(i, 1, 60 + (5 * i) % 12) for i in range(48)]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tunes.abc").write_text(TUNE)
    (tmp_path / "score.musicxml").write_text(musicxml({"S": [note("C5", 8)], "B": [note("E3", 8)]}))
    (tmp_path / "deeper").mkdir()
    write_midi(tmp_path / "deeper" / "keys.mid", NOTES, key="Eb")
    (tmp_path / "bad.mid").write_text("no notes")
    (tmp_path / "bad.mxl").write_text("no zip")
    return tmp_path


def both(corpus):
    return [clip for split in ("train", "validation") for clip in corpus.clips(split)]


def test_a_folder_of_all_kinds_is_opened_and_bad_files_have_a_reason(folder):
    corpus = open_corpus(folder, PRESET)
    assert isinstance(corpus, Scores)
    assert {clip.facts["piece"] for clip in both(corpus)} == {
        "deeper/keys.mid",
        "score.musicxml",
        "tunes.abc#1",
    }
    skipped = corpus.clips("train").skipped
    assert {path.name for path, _ in skipped} == {"bad.mid", "bad.mxl"}
    assert all(reason for _, reason in skipped)


def test_recordings_beside_scores_stay_recordings_unless_asked(folder):
    save_audio(folder / "take.wav", tone(9.0), RATE)
    assert open_corpus(folder, PRESET).kind == "recordings"
    assert open_corpus(f"scores:{folder}", PRESET).kind == "scores"


def test_the_truth_is_in_the_facts(folder):
    clip = next(c for c in both(open_corpus(folder, PRESET)) if c.facts["piece"] == "tunes.abc#1")
    facts = clip.facts
    assert (facts["key"], facts["tonic"], facts["mode"]) == ("G major", 7, "major")
    assert (facts["metre"], facts["voices"]) == ("4/4", ["melody"])
    onsets, durations, pitches, voices = zip(*facts["notes"], strict=True)
    eighth = 30 / facts["tempo"]
    assert pitches == (62, 67, 69, 71, 72, 74, 78, 76, 74, 72, 71)
    assert np.allclose(durations, eighth * np.array([1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 4]), atol=1e-3)
    assert set(voices) == {0}
    assert np.allclose(facts["bars"], [0, 8 * eighth], atol=1e-3)


def test_what_sounds_is_what_is_written(folder):
    clip = next(c for c in both(open_corpus(folder, PRESET)) if c.facts["piece"] == "tunes.abc#1")
    heard = detect_notes(clip.audio, clip.sample_rate)
    written = [pitch for _, _, pitch, _ in clip.facts["notes"]]
    assert np.mean(heard.pitches == written) > 0.9


def test_clips_are_whole_bars_that_continue_each_other(folder):
    clips = [c for c in both(open_corpus(folder, PRESET)) if c.facts["piece"].endswith("keys.mid")]
    bar = 4 * 60 / 120
    assert [clip.facts["offset"] for clip in clips] == [0, 4 * bar, 8 * bar]
    assert all(len(clip.audio) <= 4 * bar * RATE for clip in clips)
    n_notes = sum(len(clip.facts["notes"]) for clip in clips)
    assert n_notes == len(NOTES)


@pytest.mark.parametrize(
    ("bars", "longest", "spans"),
    [
        ([0, 4, 8, 12, 16], 8, [(0, 8), (8, 16)]),
        ([0, 1, 5, 9, 13], 8, [(0, 5), (5, 13)]),  # an upbeat first
        ([0, 4, 8, 10], 8, [(0, 8)]),  # a short end is dropped
        ([0, 20], 8, [(0, 8), (8, 16), (16, 20)]),  # a bar that is too long
        ([0, 2], 8, [(0, 2)]),  # a short piece is not
    ],
)
def test_a_score_is_cut_at_bar_lines(bars, longest, spans):
    assert cut_at_bars(np.array(bars), longest) == spans


def test_a_note_across_a_cut_sounds_in_both_clips(tmp_path):
    write_midi(tmp_path / "long.mid", [(0, 28, 60), (0, 1, 72)])
    (tmp_path / "other.abc").write_text(TUNE)
    clips = [c for c in both(open_corpus(tmp_path, PRESET)) if c.facts["piece"] == "long.mid"]
    assert [clip.facts["notes"][0][0] for clip in clips] == [0, 0]
    assert sum(clip.facts["notes"][0][1] for clip in clips) == pytest.approx(14)


def test_versions_of_a_tune_are_on_one_side(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(12):
        letters = rng.choice(list("CDEFGABcde"), 32)
        for key in "CG":
            text = f"X:1\nM:4/4\nL:1/8\nK:{key}\n{''.join(letters)}|"
            shape = text if key == "C" else text.replace("K:G", "K:C").replace("e", "e")
            (tmp_path / f"{number} {key}.abc").write_text(shape)
    corpus = open_corpus(tmp_path, PRESET)
    train, held_out = (
        {clip.facts["fingerprint"] for clip in corpus.clips(s)} for s in ("train", "validation")
    )
    assert train and held_out and not train & held_out
    assert np.array_equal(corpus.validation, corpus.held_out)


def test_a_collections_pieces_are_held_out_by_name_and_without_those_that_training_knows(
    tmp_path, monkeypatch
):
    rng = np.random.default_rng(0)
    for number in range(4):
        letters = "".join(rng.choice(list("CDEFGABcde"), 32))
        for version in "ab":
            text = f"X:1\nM:4/4\nL:1/8\nK:C\n{letters}{'c' * (version == 'b')}|"
            (tmp_path / f"{number}{version}.abc").write_text(text)
    place = "refimpl.corpora.scores.corpus"
    monkeypatch.setattr(f"{place}.files_of", lambda _: sorted(tmp_path.glob("*.abc")))
    listed = [f"{tmp_path.name}/{name}#1" for name in ("0a", "0b", "2b", "missing")]
    monkeypatch.setattr(f"{place}.held_out_names", lambda _: listed)
    corpus = Scores("fiddle", PRESET)
    train, validation = (
        {clip.facts["piece"].split("/")[1] for clip in corpus.clips(split)}
        for split in ("train", "validation")
    )
    assert train == {"1a#1", "1b#1", "2a#1", "3a#1", "3b#1"}
    assert validation == {"0a#1", "0b#1"}
    assert (corpus.held_out & ~corpus.validation).sum() == 1


def test_one_piece_alone_cannot_be_held_out(tmp_path):
    (tmp_path / "tune.abc").write_text(TUNE)
    with pytest.raises(UserError, match="add other pieces"):
        open_corpus(tmp_path, PRESET).clips("validation")


def test_copies_are_transposed_and_the_truth_with_them(folder):
    preset = tiny(data__n_train=30, scores__copies=3, scores__most_semitones=4)
    plain = list(open_corpus(folder, PRESET).clips("train"))
    clips = list(open_corpus(folder, preset).clips("train"))
    assert len(clips) == 4 * len(plain)
    assert len({clip.name for clip in clips}) == len(clips)
    for clip in clips[len(plain) :]:
        original = next(
            c
            for c in plain
            if c.facts["piece"] == clip.facts["piece"] and c.facts["offset"] == clip.facts["offset"]
        )
        steps = clip.facts["semitones"]
        assert 1 <= abs(steps) <= 4
        moved = [[a, b, pitch + steps, v] for a, b, pitch, v in original.facts["notes"]]
        assert clip.facts["notes"] == moved
        if "tonic" in original.facts:
            assert clip.facts["tonic"] == (original.facts["tonic"] + steps) % 12


def test_copies_are_only_for_training_and_off_by_default(folder):
    preset = tiny(data__n_train=30, data__n_validation=30, scores__copies=3)
    assert all(c.facts["semitones"] == 0 for c in open_corpus(folder, preset).clips("validation"))
    assert all(c.facts["semitones"] == 0 for c in both(open_corpus(folder, PRESET)))


def test_copies_at_other_tempos_are_longer_or_shorter(folder):
    preset = tiny(
        data__n_train=40,
        scores__copies=4,
        scores__most_semitones=0,
        scores__most_tempo_change=0.2,
    )
    corpus = open_corpus(folder, preset)
    tempos = [c.facts["tempo"] for c in corpus.clips("train")]
    own = {c.facts["tempo"] for c in open_corpus(folder, PRESET).clips("train")}
    assert len(set(tempos)) > len(own)
    assert all(min(abs(np.log(t / o)) for o in own) <= np.log(1.2) + 1e-9 for t in tempos)
    assert "tempo" not in corpus.shared


def test_tempo_and_instruments_can_be_chosen(folder):
    preset = tiny(scores__tempo=60.0, scores__instruments=["flute"])
    corpus = open_corpus(folder, preset)
    assert corpus.shared == {"tempo": 60.0}
    assert all("flute" in clip.facts["instruments"].values() for clip in both(corpus))
    with pytest.raises(UserError, match="did you mean flute"):
        tiny(scores__instruments=["flutes"])


def test_what_was_read_is_kept(folder, monkeypatch, tmp_path_factory):
    monkeypatch.setenv("REFIMPL_CACHE", str(tmp_path_factory.mktemp("kept")))
    first = open_corpus(folder, PRESET)
    monkeypatch.setattr("refimpl.corpora.scores.corpus.read_files", None)  # nothing is read again
    again = open_corpus(folder, PRESET)
    assert again.left_out == first.left_out
    for one, other in zip(first.scores, again.scores, strict=True):
        assert np.array_equal(one.notes, other.notes) and np.array_equal(one.bars, other.bars)
        assert (one.name, one.voices, one.key) == (other.name, other.voices, other.key)


def test_a_changed_file_is_read_again_and_a_damaged_cache_too(folder):
    open_corpus(folder, PRESET)
    (folder / "tunes.abc").write_text(TUNE.replace("DGAB", "DGABd"))
    assert max(len(s.notes) for s in open_corpus(folder, PRESET).scores if s.key == "G major") == 12
    for kept in score_cache.cache_folder().glob("scores-*.npz"):
        kept.write_bytes(kept.read_bytes()[:100])
    assert len(open_corpus(folder, PRESET).scores) == 3


@pytest.mark.parametrize("where", ["scores:", "scores:fidle", "scores:/no/such/folder"])
def test_an_unknown_collection_is_said(where):
    with pytest.raises(UserError, match="fiddle"):
        open_corpus(where, PRESET)


def test_without_music21_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install .*refimpl\[scores\]"):
        open_corpus("scores:chorales", PRESET)


needs_music21 = pytest.mark.skipif(
    importlib.util.find_spec("music21") is None, reason="music21 is not installed"
)


@needs_music21
@pytest.mark.parametrize(
    ("name", "n_pieces", "n_voices"), [("chorales", (340, 420), 4), ("fiddle", (4000, 4400), 1)]
)
def test_the_collections_of_music21(name, n_pieces, n_voices):
    corpus = open_corpus(f"scores:{name}", PRESET)
    low, high = n_pieces
    assert low <= len(corpus.scores) <= high
    assert {len(score.voices) for score in corpus.scores} == {n_voices}
    assert len(corpus.left_out) < 20  # what cannot be read, not what was not asked for
    assert all(score.key for score in corpus.scores if score.mode)
    assert np.mean([score.key is not None for score in corpus.scores]) > 0.99
    # Notes that were read wrongly would not fit the signature.
    in_signature = [
        np.mean(np.isin(7 * (score.notes[:, 2] * 7 % 12 - score.fifths) % 12, _NATURALS))
        for score in corpus.scores
        if score.fifths is not None
    ]
    assert np.mean(in_signature) > 0.9
    lengths = [length for score in corpus.scores for length in np.diff(score.bars) / TICKS]
    assert np.mean(np.isin(lengths, [1, 1.5, 2, 3, 4, 4.5])) > 0.9
    train, held_out = (
        {clip.facts["fingerprint"] for clip in corpus.clips(s)} for s in ("train", "validation")
    )
    assert train and held_out and not train & held_out
    assert not set(corpus.groups[corpus.validation]) & set(corpus.groups[~corpus.held_out])
    assert corpus.held_out.sum() == len(held_out_names(name))  # all of them are there
    assert 0.08 < corpus.validation.mean() < 0.11
    again = CORPORA["scores"].reopen(PRESET, corpus.describe("train"))
    assert again.describe("train") == corpus.describe("train")


# Seven times a pitch class is its place on the circle of fifths; the naturals are F to B there.
_NATURALS = [7 * place % 12 for place in range(-1, 6)]


@needs_music21
def test_only_what_may_be_used_is_taken():
    from refimpl.corpora.scores import COLLECTIONS

    folders = set(itertools.chain(*(one.folders for one in COLLECTIONS.values())))
    assert not folders & {"essenFolksong", "palestrina"}
