"""What the page of results says of whole sets is what was measured."""

import json
from pathlib import Path

from refimpl.reproduce.page import tables

ROOT = Path(__file__).parents[2]
RESULTS = json.loads((ROOT / "book/results/results.json").read_text(encoding="utf-8"))
PAGE = " ".join((ROOT / "book/results.md").read_text(encoding="utf-8").split())


def whole(run, name):
    """Both measures of a set of a run, as a page writes them: `.11 [.06, .16]`."""
    (record,) = (one for one in RESULTS["experiments"] if one["name"] == run)
    summary = record["sets"][name]["summary"]
    return {kind: (summary[kind], written(summary[kind])) for kind in ("fad_infinity", "diversity")}


def written(found):
    numbers = [f"{found[key]:.2f}".replace("0.", ".", 1) for key in ("mean", "low", "high")]
    return f"{numbers[0]} [{numbers[1]}, {numbers[2]}]"


def test_the_tables_are_those_of_the_results():
    stored = (ROOT / "book/results/tables.md").read_text(encoding="utf-8")
    for title, rows in tables(RESULTS).items():
        assert f"**{title}**" in stored and rows in stored


def test_the_course_is_as_near_to_real_tunes_as_its_codec_and_the_report_is_not():
    ours, through = whole("course", "model"), whole("course", "resynthesised")
    report = whole("report, same time", "model")
    for said in (ours, through, report):
        assert said["fad_infinity"][1] in PAGE
    assert ours["fad_infinity"][0]["low"] < through["fad_infinity"][0]["high"]
    bigram = whole("report, same time", "bigram")["fad_infinity"]
    assert bigram[1] in PAGE and bigram[0]["mean"] < report["fad_infinity"][0]["mean"]
    assert f"diversity is {report['diversity'][0]['mean']:.2f} all the same" in PAGE
