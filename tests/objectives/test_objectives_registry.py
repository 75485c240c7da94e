"""The registry: what a configuration may say, and what is said about one that is wrong."""

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest

from refimpl.objectives import (
    MIXTURES,
    Mixture,
    Objective,
    ObjectiveError,
    make_objective,
    objective_names,
    register,
)
from refimpl.vocabulary import OBJECTIVE_TOKENS, Vocabulary
from tests.objectives.objective_examples import UNDO, VOCABULARY, question_and_answer


def test_the_eight_objectives_have_the_vocabularys_names():
    assert set(OBJECTIVE_TOKENS) <= set(objective_names())


def test_every_objective_of_the_package_is_undone_in_a_test():
    """A new objective needs its entry in UNDO, in `objective_examples.py`: all samples test it."""
    ours = {
        name
        for name in objective_names()
        if type(make_objective(name)).__module__.startswith("refimpl.")
    }
    assert ours == set(UNDO)


@pytest.mark.parametrize(
    ("configuration", "wrong", "right"),
    [
        ({"name": "infiling"}, "infiling", "infilling"),
        ({"name": "infilling", "corruption": 0.3}, "'corruption'", "corruption_rate"),
        ({"name": "infilling", "mean_token_per_span": 3}, "mean_token_per_span", "mean_tokens"),
        ({"name": "copying", "probability": 1}, "probability", "prob"),
        ({"name": "prefix_language_modeling", "prefix_fration": 1}, "fration", "prefix_fraction"),
    ],
)
def test_a_misspelt_key_is_named_with_the_nearest_right_one(configuration, wrong, right):
    with pytest.raises(ObjectiveError, match=wrong) as caught:
        Mixture([configuration], VOCABULARY)
    message = str(caught.value)
    assert right in message.split("did you mean")[1].split("?")[0]
    assert "\n" not in message


@pytest.mark.parametrize(
    "parameters",
    [
        {"name": "infilling", "corruption_rate": 1.5},
        {"name": "infilling", "corruption_rate": "0.5"},
        {"name": "infilling", "corruption_rate": float("nan")},
        {"name": "infilling", "mean_tokens_per_span": 0},
        {"name": "infilling", "max_mask_spans": 33},
        {"name": "infilling", "max_mask_spans": 2.5},
        {"name": "deshuffling", "min_fraction": 0.9, "max_fraction": 0.1},
        {"name": "selective_copying", "query": "beside"},
        {"name": "selective_copying", "min_spans": 5},
        {"name": "prefix_language_modeling", "prefix_fraction": True},
        {"name": "copying", "prob": -1},
        {"name": "copying", "prob": "much"},
        {"name": "copying", "paradigm": 5000},
        {"name": "copying", "paradigm": 1.5},
    ],
)
def test_a_value_that_cannot_be_is_refused(parameters):
    with pytest.raises(ObjectiveError, match=parameters["name"]):
        Mixture([parameters], VOCABULARY)


@pytest.mark.parametrize(
    ("name", "parameter", "least", "most"),
    [
        ("deshuffling", "min_fraction", 0, 1),
        ("deshuffling", "max_fraction", 0, 1),
        ("autoencoding_with_deshuffling", "shuffle_fraction", 0, 1),
        ("infilling", "corruption_rate", 0, 1),
        ("infilling", "mean_tokens_per_span", 1, None),
        ("infilling", "max_mask_spans", 1, 32),
        ("prefix_language_modeling", "prefix_fraction", 0, 1),
        ("selective_copying", "min_spans", 1, 31),
        ("selective_copying", "max_spans", 1, 31),
        ("selective_copying", "min_span_length", 1, 1000),
        ("selective_copying", "max_delimiter_length", 1, 1000),
    ],
)
def test_a_parameter_has_the_bounds_that_its_message_names(name, parameter, least, most):
    whole = name == "selective_copying" or parameter == "max_mask_spans"
    step = 1 if whole else 1e-6
    outside = [least - step] if most is None else [least - step, most + step]
    for value in outside:
        with pytest.raises(ObjectiveError, match=f"{parameter} is .* from {least}"):
            Mixture([{"name": name, parameter: value}], VOCABULARY)
    for value in (least, most or 50):
        # The least or the largest of a pair may be above its partner, which is another fault.
        pair = {partner: value for partner in partners(parameter)}
        Mixture([{"name": name, parameter: value} | pair], VOCABULARY)


def partners(parameter):
    """The other end of a range, `max_spans` of `min_spans`."""
    other = {"min": "max", "max": "min"}
    first, _, rest = parameter.partition("_")
    return [f"{other[first]}_{rest}"] if first in other and rest != "mask_spans" else []


@pytest.mark.parametrize(
    "wrong", [[], {"name": "copying"}, ["copying"], [{"prob": 1}], [{"name": "copying", "prob": 0}]]
)
def test_what_is_no_mixture_is_refused(wrong):
    with pytest.raises(ObjectiveError):
        Mixture(wrong, VOCABULARY)


def test_an_unknown_preset_is_named_with_the_nearest_right_one():
    with pytest.raises(ObjectiveError, match="'reports'; did you mean report"):
        Mixture("reports", VOCABULARY)


def test_the_reports_shares_are_normalised():
    mixture = Mixture("report", VOCABULARY)
    assert mixture.names == ("prefix_language_modeling", "infilling", "next_token_prediction")
    assert mixture.shares == pytest.approx([2 / 7, 3 / 7, 2 / 7])


def test_the_papers_and_ul2s_configurations_are_all_there():
    paper = Mixture("paper", VOCABULARY)
    infilling = {
        (o.corruption_rate, o.mean_tokens_per_span)
        for o in paper.objectives
        if o.name == "infilling"
    }
    assert infilling == {(rate, span) for rate in (0.05, 0.15, 0.5) for span in (3, 8, 32)}
    assert {o.name for o in paper.objectives} == set(OBJECTIVE_TOKENS)
    assert len(paper) == 5 + 9 + 12 + 2
    ul2 = Mixture("ul2", VOCABULARY)
    marks = {s.paradigm for s in ul2.special}
    assert marks == set(VOCABULARY.spare[:3])  # R, X and S


def test_the_plain_vocabulary_takes_plain_language_modelling_alone():
    plain = Vocabulary(512, "report")
    assert len(Mixture("next_token", plain)) == 1
    with pytest.raises(ObjectiveError, match='Vocabulary\\(512, "course"\\)'):
        Mixture("report", plain)


def test_equal_settings_get_numbers():
    mixture = Mixture([{"name": "copying"}] * 3 + [{"name": "infilling"}], VOCABULARY)
    assert mixture.names == ("copying", "copying #2", "copying #3", "infilling")


def test_an_objective_of_ones_own_is_one_class_and_one_line():
    @register
    @dataclass(frozen=True)
    class Reversing(Objective):
        name = "reversing"

        def packed_length(self, n_tokens):
            return 1 + 2 * n_tokens

        def build(self, tokens, special, rng):
            return special.ask(tokens, tokens[::-1])

    mixture = Mixture([{"name": "reversing"}], VOCABULARY)
    assert mixture.special[0].paradigm == VOCABULARY.spare[0]
    sample = mixture.objectives[0].build(np.arange(4), mixture.special[0], np.random.default_rng(0))
    question, answer = question_and_answer(sample, mixture.special[0])
    assert answer.tolist() == question[::-1].tolist() == [3, 2, 1, 0]


def test_two_classes_cannot_have_one_name():
    class Impostor(Objective):
        name = "copying"

    with pytest.raises(ObjectiveError, match="copying"):
        register(Impostor)
    with pytest.raises(ObjectiveError, match="no name"):
        register(type("Nameless", (Objective,), {}))


def test_a_paradigm_can_be_chosen():
    configurations = [
        {"name": "next_token_prediction", "paradigm": "[C]"},
        {"name": "copying", "paradigm": "<|COPYING|>"},
        {"name": "copying", "paradigm": 7},
    ]
    mixture = Mixture(configurations, VOCABULARY)
    assert [s.paradigm for s in mixture.special] == [
        VOCABULARY.spare[0],
        VOCABULARY.objectives["copying"],
        7,
    ]
    sample = mixture.objectives[0].build(np.array([5, 6, 7]), mixture.special[0], None)
    assert sample.input_ids.tolist() == [VOCABULARY.spare[0], 5, 6]
    assert sample.label_ids.tolist() == [5, 6, 7]


def test_there_are_only_so_many_spare_tokens():
    many = [{"name": "copying", "paradigm": f"[{i}]"} for i in range(9)]
    with pytest.raises(ObjectiveError, match="no spare token"):
        Mixture(many, VOCABULARY)


def test_presets_are_not_changed_by_using_them():
    before = repr(MIXTURES)
    for preset in MIXTURES:
        Mixture(preset, VOCABULARY)
    assert repr(MIXTURES) == before


def test_importing_objectives_does_not_load_torch():
    code = "import sys, refimpl.objectives; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
