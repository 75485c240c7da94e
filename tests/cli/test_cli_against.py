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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--report", "out"], "--report needs --against"),
        (["--embedding", "clap"], "--embedding needs --against"),
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
