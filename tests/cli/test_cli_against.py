"""`refimpl evaluate --against`: any folder of sounds against any other."""

import json

import numpy as np
import pytest
import soundfile

RATE = 8000
HEARD = ["--embedding", "mel statistics"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two folders: whistles, and more of them."""
    place, rng = tmp_path_factory.mktemp("sets"), np.random.default_rng(0)
    for name, n in (("given", 9), ("real", 20)):
        (place / name).mkdir()
        for i in range(n):
            time = np.arange(RATE // 2) / RATE
            audio = 0.3 * np.sin(2 * np.pi * rng.uniform(200, 2000) * time)
            soundfile.write(place / name / f"{i}.wav", audio, RATE)
    return place / "given", place / "real"


def test_a_folder_is_compared_and_reported(refimpl, folders, tmp_path):
    given, real = folders
    words = ["evaluate", given, "--against", real, "--report", tmp_path / "out", *HEARD]
    done = refimpl(*words)
    assert done.code == 0
    assert "kernel distance" in done.out and "real, the other half" in done.out
    assert "warning: Only 9 sounds are given" in done.err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "index.html",
        "measures.csv",
        "sounds.csv",
    }
    assert "given against real" in (tmp_path / "out/index.html").read_text(encoding="utf-8")
    before = (tmp_path / "out/index.html").read_bytes()
    assert "--force" in refimpl(*words).error  # nothing is written over
    assert (tmp_path / "out/index.html").read_bytes() == before


def test_json_holds_every_estimate(refimpl, folders):
    given, real = folders
    done = refimpl("evaluate", given, "--against", real, "--json", "--count", 8, *HEARD)
    found = json.loads(done.out)
    assert found["sizes"]["given"] == 8 and found["warnings"]
    assert {row["set"] for row in found["measures"]} >= {"given", "white noise"}
    assert all(row["mean"] is not None for row in found["measures"])


def test_captions_give_a_clap_score_in_an_embedding_that_reads(refimpl, folders, tmp_path):
    given, real = folders
    table = tmp_path / "prompts.csv"
    rows = [f"{n}.wav,a tune on a {name}" for n, name in enumerate(["flute", "piano"] * 4)]
    table.write_text("\n".join(["file,caption", *rows]), encoding="utf-8")
    done = refimpl(
        "evaluate", given, "--against", real, "--json", "--captions", table, "--count", 9,
        "--embedding", "joint",
    )  # fmt: skip
    found = {(row["measure"], row["set"]): row for row in json.loads(done.out)["measures"]}
    assert found["clap_score", "given"]["n"] == 8
    assert found["clap_score", "given"]["low"] < found["clap_score", "given"]["high"]
    assert "other sounds" in found["clap_above_chance", "given"]["chance"]
    assert ("clap_score", "white noise") not in found  # the real sounds have no captions
    assert found["inception_score", "given"]["mean"] >= 1
    assert "Only 8 of the 9 given sounds have captions" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--report", "out"], "--report needs --against"),
        (["--embedding", "clap"], "--embedding needs --against"),
        (["--captions", "a.csv"], "--captions needs --against"),
        (["--against", "REAL", "--captions", "nowhere.csv"], "nowhere.csv"),
        (["--against", "REAL", "--tempo", "100"], "leave out --filling"),
        (["--against", "REAL", "--model", "course"], "not both"),
        (["--against", "REAL", "--embedding", "turned croma"], "did you mean turned chroma"),
        (["--against", "nowhere"], "nowhere"),
        (["--against", "GIVEN", *HEARD], "at least 8 against at least 16"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(refimpl, folders, words, said):
    names = {"GIVEN": folders[0], "REAL": folders[1]}
    done = refimpl("evaluate", folders[0], *(names.get(word, word) for word in words))
    assert done.code == 2 and said in done.error
