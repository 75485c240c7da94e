"""The neural preset is measured, shipped and described from a run, and from nothing else."""

import json

import pytest

from refimpl.pipeline import load_generator, run
from refimpl.pipeline.generators import read_facts
from refimpl.presets import get_preset, override
from refimpl.reproduce import neural_tokens
from refimpl.reproduce.neural_card import neural_section

TINY = {
    "data.n_train": 12,
    "data.n_validation": 4,
    "codec.n_clips": 12,
    "codec.steps": 12,
    "codec.network.width": 16,
    "codec.network.quantizer.n_codes": 8,
    "training.steps": 4,
    "training.warmup_steps": 1,
    "model.n_layers": 1,
    "model.hidden_size": 16,
    "model.ffn_hidden_size": 16,
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("neural")
    finished = run("tinytunes", override(get_preset("neural"), TINY), folder / "run")
    record = neural_tokens.measure_neural(
        folder, finished.folder.path, n_tunes=2, n_codec_tunes=2, n_processes=1
    )
    return folder, record


def test_the_record_has_what_was_measured(measured):
    folder, record = measured
    assert json.loads((folder / "neural.json").read_text())["steps"] == 4
    rates = record["codec"]["rates"]
    assert list(rates) == ["1", "2", "4"]
    bits = [row["bits_per_second"] for row in rates.values()]
    assert bits == pytest.approx([23.49, 46.98, 93.96], abs=0.01)
    assert all(row["encoding"]["mean"] > 0 for row in rates.values())
    assert all(1 <= value <= 8 for value in record["codec"]["perplexity"])
    assert set(record["sets"]) == {"model", "resynthesised"}
    assert "melody_right" in record["sets"]["resynthesised"]
    assert record["sets"]["model"]["in_key"]["n"] <= 2
    assert record["times"]["neural"]["writing"] > 0 < record["times"]["course"]["writing"]


def test_the_card_says_it(measured):
    _, record = measured
    summary = record["sets"]["model"] | {
        name: {"mean": 0.5, "low": 0.4, "high": 0.6} for name in record["sets"]["model"]
    }
    course = {"name": "course", "n_tunes": 7, "sets": {"model": {"summary": summary}}}
    references = {"n_tunes": 9, "sets": {"real": {"summary": summary}}}
    record = record | {"sets": {"model": summary}}
    record["times"] = {
        "neural": {"writing": 0.1, "sounding": 0.2},
        "course": {"writing": 0.5, "sounding": 0.2},
    }
    text = neural_section(record, {"experiments": [course], "references": references})
    assert "--preset neural --set training.steps=4 --set data.n_train=12 --out" in text
    assert "5.0 times as fast" in text and "2.3 times as fast" in text
    assert "| measure | real, 9 tunes | `course`, 7 tunes | `neural`, 2 tunes |" in text
    assert "0.50 [0.40, 0.60]" in text and "| 4 | 94 |" in text


def test_shipping_writes_a_generator_with_the_command_that_made_it(measured, monkeypatch):
    folder, record = measured
    monkeypatch.setattr(neural_tokens, "shipped_folder", lambda name: folder / "shipped" / name)
    where = neural_tokens.ship_neural(folder / "run", record)
    model, tokenizer = load_generator(folder / "shipped/neural")
    assert where.exists() and model.config.n_columns == 4
    assert tokenizer.layout.name == "delay" and tokenizer.codec.kind == "neural"
    assert read_facts(folder / "shipped/neural")["made_by"].startswith("refimpl run tinytunes")
