"""The original library beside ours: the same rows where they should be, and what differs said.

Runs where `birdie_rl` imports: pip install -r requirements-birdie.txt
"""

import multiprocessing
from dataclasses import replace

import numpy as np
import pytest
import torch

from refimpl.birdie import Birdie, BirdieError
from refimpl.birdie.real_library import RealBirdie
from refimpl.objectives import Mixture
from refimpl.vocabulary import IGNORE_INDEX
from tests.birdie.birdie_examples import VOCABULARY, empty, literals, raising, tunes
from tests.birdie.test_birdie_batches import KEYS

pytest.importorskip(
    "birdie_rl",
    reason="the original library is not installed (requirements-birdie.txt)",
    exc_type=ImportError,
)
pytestmark = pytest.mark.skipif(
    multiprocessing.get_start_method() != "fork",
    reason="the original library never starts where processes are not forked",
)

CONFIG = {
    "ds": literals,
    "vocabulary": VOCABULARY,
    "batch_size": 4,
    "sequence_length": 256,
    "num_workers": 1,
    "steps_between_evaluations": 4,
    "num_steps": 100,
}
SENTINELS = np.array(VOCABULARY.sentinels)


def batches_of(kind, name, n=6):
    with kind(CONFIG | {"objectives": [{"name": name}]}) as birdie:
        return [birdie.get_next_training_sample() for _ in range(n)]


def samples_of(batches):
    """(inputs, labels, mask) of every segment."""
    for batch in batches:
        for row in range(len(batch["input_ids"])):
            segments = batch["segment_ids"][row]
            for number in range(1, int(segments.max()) + 1):
                inside = segments == number
                yield [batch[key][row][inside].numpy() for key in KEYS[:3]]


def question_and_answer(inputs, labels, mask):
    """What a sample was packed from, without its paradigm."""
    answer = labels[labels != IGNORE_INDEX]
    question = inputs[: len(inputs) - len(answer)]
    return question[1:], answer


@pytest.mark.parametrize("name", ["copying", "prefix_language_modeling"])
def test_rows_are_exactly_ours(name):
    mixture = Mixture([{"name": name}], VOCABULARY)
    n_samples = 0
    for inputs, labels, mask in samples_of(batches_of(RealBirdie, name)):
        question, answer = question_and_answer(inputs, labels, mask)
        tokens = answer if name == "copying" else np.concatenate((question, answer))
        objective = mixture.objectives[0]
        if name == "prefix_language_modeling":
            # It rounds the length of a prefix down, ours goes to the nearest.
            assert len(question) == int(len(tokens) * objective.prefix_fraction)
            objective = replace(objective, prefix_fraction=len(question) / len(tokens))
        ours = objective.build(tokens, mixture.special[0], np.random.default_rng(0))
        assert np.array_equal(inputs, ours.input_ids)
        assert np.array_equal(labels, ours.label_ids)
        # The token between question and answer is the prefix's last here, and causal there.
        assert (mask == 1).sum() == ours.n_prefix - 1
        assert set(mask.tolist()) == {1, 3}
        n_samples += 1
    assert n_samples > 20


def test_its_next_token_prediction_is_copying_without_a_paradigm():
    for inputs, labels, _ in samples_of(batches_of(RealBirdie, "next_token_prediction", 2)):
        answer = labels[labels != IGNORE_INDEX]
        assert np.array_equal(inputs[: len(inputs) - len(answer)], answer)


def corruption(batches, is_infilling):
    """Share of the tokens that is hidden, and mean length of a hidden span."""
    hidden = spans = total = 0
    for sample in samples_of(batches):
        question, answer = question_and_answer(*sample)
        n_spans = int(np.isin(question, SENTINELS).sum())
        n_visible = len(question) - n_spans
        n_tokens = n_visible + len(answer) - n_spans if is_infilling else len(answer)
        hidden, spans, total = hidden + n_tokens - n_visible, spans + n_spans, total + n_tokens
    return hidden / total, hidden / spans


@pytest.mark.parametrize("name", ["infilling", "autoencoding"])
def test_corruption_has_about_the_same_statistics(name):
    (share, length), (real_share, real_length) = (
        corruption(batches_of(kind, name, 12), name == "infilling") for kind in (Birdie, RealBirdie)
    )
    # It draws a rate between half and twice the one that was asked for at every token.
    assert real_share == pytest.approx(share, rel=0.35)
    # Where half of the tokens are hidden, its spans of 3 on average come out at about 2.
    shorter = 2 / 3 if name == "autoencoding" else 1.0
    assert real_length == pytest.approx(shorter * length, rel=0.35)


def test_its_spans_are_marked_in_order_and_say_what_was_hidden():
    for sample in samples_of(batches_of(RealBirdie, "infilling", 4)):
        question, answer = question_and_answer(*sample)
        marks = question[np.isin(question, SENTINELS)]
        assert np.array_equal(marks, answer[np.isin(answer, SENTINELS)])
        assert np.array_equal(marks, SENTINELS[: len(marks)])


def test_its_deshuffling_loses_the_tokens_and_the_other_one_shuffles_nothing():
    for sample in samples_of(batches_of(RealBirdie, "deshuffling", 2)):
        assert set(question_and_answer(*sample)[0].tolist()) == {VOCABULARY.unk}
    for sample in samples_of(batches_of(RealBirdie, "autoencoding_with_deshuffling", 2)):
        question, answer = question_and_answer(*sample)
        visible = iter(answer.tolist())
        shown = question[~np.isin(question, SENTINELS)].tolist()
        assert all(token in visible for token in shown), "in the order of the answer"


def test_a_batch_is_of_the_same_form_as_ours():
    for ours, real in zip(
        batches_of(Birdie, "copying", 3), batches_of(RealBirdie, "copying", 3), strict=True
    ):
        assert list(real) == list(ours) == KEYS
        for key in KEYS:
            assert real[key].dtype == torch.int64
            assert real[key].shape == ours[key].shape
        padding = real["segment_ids"] == 0
        assert (real["input_ids"][padding] == VOCABULARY.pad).all()
        assert (real["attention_mask"][padding] == 0).all()
        firsts = real["position_ids"] == 0
        assert (firsts & ~padding).sum() == sum(1 for _ in samples_of([real]))


def test_the_loop_of_its_readme_runs():
    seen = []

    def reward_fn(action_taken, old_loss, new_loss, old_step_idx, new_step_idx):
        seen.append((old_loss, new_loss))
        return old_loss - new_loss

    names = ["copying", "prefix_language_modeling"]
    arrays = {"train": tunes(40), "validation": tunes(10, seed=1)}
    config = CONFIG | {"ds": arrays, "objectives": [{"name": name} for name in names]}
    with RealBirdie(config | {"reward_fn": reward_fn}) as birdie:
        for step in range(9):
            if birdie.time_for_eval(step):
                pairs = birdie.measure_validation_losses()
                assert [name for name, _ in pairs] == [name for name in names for _ in range(2)]
                for name, batch in pairs:
                    assert list(batch) == KEYS
                    birdie.log_validation_loss(name, torch.tensor(4.0 - 0.1 * step), step)
            ids = birdie.get_next_training_sample()["input_ids"]
            assert ids.max() < VOCABULARY.size
        action = birdie.get_current_action()
        assert action.sum() == pytest.approx(1, abs=1e-3)
        # Where its reward model cannot learn, the mixture is the one that it began with.
        assert birdie.adaptation_error is None or action == pytest.approx([0.5, 0.5])
    assert seen[0][0].tolist() == pytest.approx([4.0, 4.0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ds": empty}, "no sample of the split 'validation' holds a token"),
        ({"ds": raising}, "sample 2: ds failed: KeyError: 'no such column'"),
        ({"sequence_lenght": 512}, "did you mean sequence_length"),
        ({"num_workers": 0}, "num_workers=1"),
        ({"start_method": "spawn"}, "'spawn'"),
        ({"curriculum": "exp3s"}, "leave curriculum out"),
        ({"objectives": [{"name": "selective_copying"}]}, "has stopped: .*selective_copying"),
    ],
)
def test_what_is_wrong_is_a_birdie_error(changes, message):
    with (
        pytest.raises(BirdieError, match=message),
        RealBirdie(CONFIG | {"objectives": "next_token"} | changes) as birdie,
    ):
        for _ in range(200):
            birdie.get_next_training_sample()
