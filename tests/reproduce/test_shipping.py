"""The card of a shipped model: the commands that it gives are those that make the model."""

import copy
import shlex
from pathlib import Path

from refimpl.pipeline.folder import preset_to_dict
from refimpl.presets import get_preset, override, parse_assignment
from refimpl.reproduce.shipping import command, made_by, write_card

ROOT = Path(__file__).parents[2]
TIMES = {"core_seconds": 100.0, "seconds": 60.0, "tokens": 5000, "validation_loss": 0.2}


def record_of(changes, **more):
    settings = preset_to_dict(override(get_preset("course"), changes))
    return {"settings": settings, "steps": settings["training"]["steps"], **TIMES, **more}


def preset_from(line):
    """What the command's --set options make of the preset."""
    words = shlex.split(line)
    changes = dict(parse_assignment(words[i + 1]) for i, w in enumerate(words) if w == "--set")
    return override(get_preset(words[words.index("--preset") + 1]), changes)


def test_the_command_sets_what_differs_from_the_preset_and_nothing_else():
    assert command("course", record_of({})) == (
        "refimpl run tinytunes --preset course --out runs/course"
    )
    changes = {"training.steps": 70, "data.n_train": 90, "training.learning_rate": 0.001}
    record = record_of(changes)
    assert preset_to_dict(preset_from(command("course", record))) == record["settings"]


def test_a_model_that_started_from_another_is_made_by_two_commands():
    first = record_of({"model.sample_positions": "row", "training.steps": 60})
    older = copy.deepcopy(first)  # written before these settings were there
    del older["settings"]["model"]["sample_positions"], older["settings"]["start_from"]
    record = record_of({"start_from": "runs/first", "training.steps": 20}, start=older)
    lines = made_by("course", record)
    one, two = (line.split("`")[1] for line in lines if line.startswith(("1. ", "2. ")))
    assert one.endswith("--out runs/first")
    assert preset_to_dict(preset_from(one)) == first["settings"]
    assert preset_to_dict(preset_from(two)) == record["settings"]
    assert any("60 steps" in line for line in lines)


def test_a_model_of_three_runs_names_them_all():
    first = record_of({"training.steps": 60})
    second = record_of({"start_from": "runs/first", "training.steps": 30}, start=first)
    changes = {"start_from": "runs/second", "training.final_learning_rate": 0.01}
    record = record_of(changes | {"training.steps": 20}, start=second)
    lines = made_by("course", record)
    commands = [line.split("`")[1] for line in lines if line[:1].isdigit()]
    assert lines[0].startswith("Made by three commands. Each but the first continues")
    assert [line.split("--out ")[1] for line in commands] == [
        "runs/first",
        "runs/second",
        "runs/course",
    ]
    for line, run in zip(commands, (first, second, record), strict=True):
        assert preset_to_dict(preset_from(line)) == run["settings"]
    assert "The first took 60 steps" in lines[-1] and "The second took 30 steps" in lines[-1]
    assert lines[-1].endswith("the figures below are the third's.")


def test_the_book_has_the_card_that_the_results_and_the_models_give(tmp_path):
    write_card(ROOT / "book/results", tmp_path / "card.md")
    card = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert card == (ROOT / "book/model-card.md").read_text(encoding="utf-8")
