"""Captions beside a user's recordings: how they are found, and what is refused."""

import pytest

from refimpl.audio import save_audio
from refimpl.corpora import open_corpus
from refimpl.errors import UserError
from tests.pipeline.pipeline_examples import RATE, tiny, tone

NAMES = ("loud.wav", "deep/soft.wav", "long.flac")


@pytest.fixture
def folder(tmp_path):
    where = tmp_path / "sounds"
    for name, seconds in zip(NAMES, (1.0, 1.0, 3.0), strict=True):
        save_audio(where / name, tone(seconds), RATE)
    return where


def opened(folder, captions="beside", **changes):
    preset = tiny(recordings__captions=str(captions), data__clip_seconds=1.0, **changes)
    return open_corpus(folder, preset)


def captions_of(corpus):
    clips = [clip for split in ("train", "validation") for clip in corpus.clips(split)]
    return {(clip.facts["file"], clip.caption) for clip in clips}


def test_a_text_beside_a_sound_is_the_caption_of_all_its_clips(folder):
    (folder / "loud.txt").write_text("\ufeffa loud\n tone ", encoding="utf-8")
    (folder / "long.txt").write_text("a long tone")
    corpus = opened(folder, recordings__copies=1, data__n_train=8)
    assert captions_of(corpus) == {
        ("loud.wav", "a loud tone"),
        ("deep/soft.wav", ""),
        ("long.flac", "a long tone"),
    }
    copies = [clip for clip in corpus.clips("train") if "long.flac, copy" in clip.name]
    assert copies and {clip.caption for clip in copies} == {"a long tone"}


def test_what_has_no_partner_is_named(folder):
    (folder / "loud.txt").write_text("a loud tone")
    (folder / "sotf.txt").write_text("misspelt")
    said = "\n".join(opened(folder).remarks)
    assert "1 of 3 sounds have one" in said
    assert "without a caption: deep/soft.wav, long.flac" in said
    assert "beside no sound, and not used: sotf.txt" in said


@pytest.mark.parametrize(
    "table",
    [
        "file,caption\nloud.wav,a loud tone\ndeep/soft.wav,\n",
        'Caption;File_Name\n"a loud tone";loud.wav\n',
        "text\tlevel\tpath\na  loud tone\t3\t./loud.wav\n\n",
    ],
)
def test_a_table_has_a_caption_for_each_file(folder, tmp_path, table):
    (tmp_path / "table.csv").write_text(table)
    found = captions_of(opened(folder, tmp_path / "table.csv"))
    assert found == {("loud.wav", "a loud tone"), ("deep/soft.wav", ""), ("long.flac", "")}


def test_a_name_is_found_in_either_spelling_of_its_accents(tmp_path):
    for name in ("cafe\u0301.wav", "b.wav"):
        save_audio(tmp_path / "sounds" / name, tone(1.0), RATE)
    (tmp_path / "table.csv").write_text("file,caption\ncaf\u00e9.wav,a cup\n", encoding="utf-8")
    found = captions_of(opened(tmp_path / "sounds", tmp_path / "table.csv"))
    assert ("cafe\u0301.wav", "a cup") in found


@pytest.mark.parametrize(
    ("table", "named"),
    [
        (b"file,caption\nlod.wav,a tone\n", r"line 2: there is no sound 'lod.wav'.*loud.wav\?"),
        (b"file,caption\nloud.wav,one\nloud.wav,two\n", "line 3: 'loud.wav' has two captions"),
        (b"sound,caption\nloud.wav,one\n", "names no column for the file, only sound, caption"),
        (b"file,words\nloud.wav,one\n", "no column for the caption.*call one caption or text"),
        (b"", "no column for the file, only nothing"),
        (b"file,caption\nloud.wav,\n", "not one of its 3 sounds has a caption"),
        (b"file,caption\nloud.wav,caf\xe9\n", "no text in UTF-8"),
        (b'file,caption\nloud.wav,"one" two\n', "line 2: not a row"),
        (b"file,caption\nloud.wav\n", "not one of its 3 sounds has a caption"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(folder, tmp_path, table, named):
    (tmp_path / "table.csv").write_bytes(table)
    with pytest.raises(UserError, match=named):
        opened(folder, tmp_path / "table.csv")


def test_captions_that_are_not_there_are_refused(folder, tmp_path):
    with pytest.raises(UserError, match="NAME.txt beside NAME.wav"):
        opened(folder)
    with pytest.raises(UserError, match=r"cannot be read from .*none\.csv.*give beside"):
        opened(folder, tmp_path / "none.csv")
    (folder / "loud.txt").write_bytes(b"caf\xe9")
    with pytest.raises(UserError, match=r"loud\.txt is no text in UTF-8"):
        opened(folder)
    with pytest.raises(UserError, match="tinytunes is no folder of recordings"):
        opened("tinytunes")


def test_other_captions_are_another_corpus(folder):
    (folder / "loud.txt").write_text("a loud tone")
    before = opened(folder).describe("train")
    (folder / "loud.txt").write_text("a soft tone")
    assert opened(folder).describe("train") != before
    assert "captions" not in open_corpus(folder, tiny(data__clip_seconds=1.0)).describe("train")


def test_of_short_files_every_tenth_is_held_out(tmp_path):
    for number in range(21):
        save_audio(tmp_path / f"{number:02d}.wav", tone(0.5), RATE)
    corpus = open_corpus(tmp_path, tiny(data__clip_seconds=1.0, data__n_train=99))
    names = {s: {c.facts["file"] for c in corpus.clips(s)} for s in ("train", "validation")}
    assert names["validation"] == {"09.wav", "19.wav"} and len(names["train"]) == 19
    for number in range(2, 21):
        (tmp_path / f"{number:02d}.wav").unlink()
    two = open_corpus(tmp_path, tiny(data__clip_seconds=1.0))
    assert len(two.clips("train")) == len(two.clips("validation")) == 1
