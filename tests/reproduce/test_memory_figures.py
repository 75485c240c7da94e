"""The page about memory says what was measured."""

import json
from pathlib import Path

from refimpl.reproduce.memory.arms import RECURRENT, ROPE, SHIFTED
from refimpl.reproduce.memory.tables import estimate, memory_tables
from refimpl.reproduce.seeds import runs_by_name
from tests.reproduce.figures import short

ROOT = Path(__file__).parents[2]
PAGE = " ".join((ROOT / "book/results-memory.md").read_text(encoding="utf-8").split())
RESULTS = json.loads((ROOT / "book/results/memory.json").read_text(encoding="utf-8"))
SHORT, LONG = 80.0, 600.0


def arms(seconds):
    return runs_by_name([run for run in RESULTS["runs"] if run["seconds"] == seconds])


def nats(runs, part="within"):
    return f"{estimate(runs, lambda run: run['nats'][part]).mean:.2f}"


def of_tunes(runs, sampling, measure="returns", digits=2):
    found = estimate(runs, lambda run: run["sets"][sampling][measure]["mean"])
    return short(found.mean, digits)


def test_the_tables_are_those_of_the_results():
    tables = (ROOT / "book/results/memory.md").read_text(encoding="utf-8")
    assert tables == memory_tables(RESULTS)


def test_what_is_said_of_real_tunes_and_a_bigrams():
    real, bigram = (RESULTS["references"]["sets"][name] for name in ("held-out tunes", "bigram"))
    assert f"from {RESULTS['n_train']:,} fiddle tunes" in PAGE
    share, times = short(real["returns"]["mean"]), f"{real['times']['mean']:.1f}"
    assert f"held-out tunes {share} of the runs return, and each of those is played {times}" in PAGE
    assert bigram["returns"]["mean"] < 0.0005 and "In a bigram's tunes none does" in PAGE


def test_what_is_said_of_the_short_trainings():
    runs = arms(SHORT)
    rope, shifted = runs[ROPE], runs[SHIFTED]
    expected = f"({nats(rope, 'returning')} against {nats(rope, 'other')} nats per note with RoPE)"
    assert expected in PAGE
    assert f"needs {nats(shifted)} nats per note, and RoPE alone {nats(rope)};" in PAGE
    back = f"{nats(shifted, 'returning')} against {nats(rope, 'returning')}."
    assert f"on notes that return, {back}" in PAGE
    for name, group in runs.items():
        if name != SHIFTED:
            assert all(s["returns"]["mean"] < 0.005 for run in group for s in run["sets"].values())


def test_what_is_said_of_objectives():
    runs = arms(SHORT)

    def known(arm):
        return short(estimate(runs[arm], lambda run: run["recall"]["32"]["right"]).mean)

    def steps(arm):
        return f"{round(estimate(runs[arm], lambda run: run['steps']).mean):,}"

    asked = f"{RECURRENT}, eight objectives"
    assert f"trained on them knows {known(asked)} of its notes" in PAGE
    assert f"trained on next tokens alone {known(RECURRENT)}; it is less with each of" in PAGE
    for one, other in zip(runs[asked], runs[RECURRENT], strict=True):
        assert one["seed"] == other["seed"]
        assert one["recall"]["32"]["right"] < other["recall"]["32"]["right"]
    assert f"leave time for {steps(asked)} steps instead of {steps(RECURRENT)}" in PAGE


def test_what_is_said_of_the_long_training():
    runs, early = arms(LONG)[SHIFTED], arms(SHORT)[SHIFTED]
    ways = ("temperature 1", "top-p 0.9", "top-k 10")
    one, two, three = (of_tunes(runs, way) for way in ways)
    assert f"{one} return at temperature 1, {two} with top-p 0.9 and {three} with top-k" in PAGE
    assert f"needs {nats(runs)} nats per note, and it knows" in PAGE
    known = estimate(runs, lambda run: run["recall"]["32"]["right"]).mean
    assert f"it knows {short(known)} of a phrase" in PAGE
    times = [of_tunes(runs, way, "times", 1) for way in ways]
    assert f"is played {times[1]} times with top-p 0.9" in PAGE
    low, middle, high = sorted(run["sets"]["top-k 10"]["returns"]["mean"] for run in runs)
    seeds = f"{short(low)}, {short(middle)} and {short(high)}."
    assert f"top-k 10, with {times[2]} times, and there the three seeds differ: {seeds}" in PAGE
    told = f"After 80 seconds {of_tunes(early, ways[1])} of that model's runs return with top-p 0.9"
    assert f"{told}, and {of_tunes(early, ways[0])} at temperature 1." in PAGE
    copied = [of_tunes(runs, way, "copied", 4) for way in ways]
    assert f"{copied[0]} of its runs at temperature 1, {copied[1]} with top-p 0.9" in PAGE
    assert f"and {copied[2]} with top-k 10" in PAGE
    real = RESULTS["references"]["sets"]["held-out tunes"]["copied"]["mean"]
    assert f"of the runs of held-out tunes {short(real, 4)}" in PAGE
