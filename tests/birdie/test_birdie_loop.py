"""Birdie in training loops: the original's, ours, and one of several processes."""

import copy
import json

import accelerate
import numpy as np
import pytest
import torch
from accelerate.state import AcceleratorState

from refimpl.birdie import Birdie, BirdieError, CurriculumCallback
from refimpl.birdie.compatibility import translate_objective
from refimpl.birdie.real_config import parameters_for_the_original
from refimpl.curriculum import Curriculum, Uniform
from refimpl.errors import UserError
from refimpl.objectives import make_objective
from refimpl.training import TrainingConfig, evaluate_losses, train
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import IGNORE_INDEX, OBJECTIVE_TOKENS
from tests.birdie.birdie_examples import VOCABULARY, literals, tunes
from tests.birdie.test_birdie_batches import CONFIG, KEYS, same, take


@pytest.fixture(autouse=True)
def _forget_accelerators():
    """Accelerate keeps one state per process, which the tests of training need to be their own."""
    yield
    AcceleratorState._reset_state(reset_partial_state=True)


REPORT = [
    {"name": "prefix_language_modeling", "prob": 0.2},
    {"name": "infilling", "prob": 0.3},
    {"name": "next_token_prediction", "prob": 0.2},
]


def tiny_model():
    shape = {"n_layers": 1, "hidden_size": 16, "n_heads": 2, "ffn_hidden_size": 32}
    return Transformer(
        TransformerConfig(vocabulary_size=VOCABULARY.size, context_length=96, **shape)
    )


def test_the_originals_loop_runs_and_adapts_the_mixture():
    """As its README writes it, with a model of ours."""
    accelerator = accelerate.Accelerator(cpu=True)
    birdie = Birdie(
        {
            "batch_size": 4,
            "sequence_length": 96,
            "num_workers": 1,
            "start_method": "fork",
            "steps_between_evaluations": 4,
            "num_steps": 16,
            "warmup_steps": 0,
            "accelerator": accelerator,
            "objectives": REPORT,
            "vocabulary": VOCABULARY,
            "ds": literals,
            "text_grabber_fn": lambda sample: sample["text"],
            "reward_fn": tensor_reward,
            "curriculum": "exp3s",
        }
    )
    model = tiny_model()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    model, optimizer, prepared = accelerator.prepare(model, optimizer, birdie)
    assert prepared is birdie
    assert birdie.get_current_action() == pytest.approx([2 / 7, 3 / 7, 2 / 7])
    actions, losses = [], []
    for step_idx in range(16):
        if birdie.time_for_eval(step_idx):
            model.eval()
            for objective_name, batch in birdie.measure_validation_losses():
                with torch.no_grad():
                    loss = model(**batch)
                birdie.log_validation_loss(key=objective_name, loss=loss, step_idx=step_idx)
            model.train()
            actions.append(birdie.get_current_action())
        batch = birdie.get_next_training_sample()
        loss = model(**batch)
        optimizer.zero_grad()
        accelerator.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    birdie.close()
    assert np.mean(losses[-4:]) < np.mean(losses[:4]) - 0.05
    for action in actions:
        assert action.sum() == pytest.approx(1)
    assert np.abs(actions[-1] - actions[0]).max() > 0.01


def tensor_reward(action_taken, old_loss, new_loss, old_step_idx, new_step_idx):
    """A reward as users of the original write it."""
    change = (new_loss - old_loss) / (old_loss + 1e-8)
    n = (new_loss * old_loss).sqrt() * change.pow(3) * torch.e
    return torch.clamp(-100 * torch.tanh(n) * torch.e, -1.0, 1.0)


def test_a_new_mixture_is_in_force_at_a_fixed_step():
    class Switching(Uniform):
        def propose(self, history, **_):
            return np.eye(history.n_objectives)[1]

    names = [objective["name"] for objective in REPORT]
    for n_workers, ahead in ((0, 6), (2, 6), (0, 3)):
        config = CONFIG | {"objectives": REPORT, "prefetch_batches": ahead, "start_method": "fork"}
        config |= {"num_workers": n_workers, "num_validation_batches": 1}
        curriculum = Curriculum(names, Switching(), n_steps=100, warmup_steps=0, effect_delay=ahead)
        with Birdie(config | {"curriculum": curriculum}) as birdie:
            batches = take(birdie, 20)
        infilling = VOCABULARY.objectives["infilling"]
        prefix = [_paradigms(batch) for batch in batches]
        assert all(marks == {infilling} for marks in prefix[ahead:])
        assert set().union(*prefix[:ahead]) != {infilling}


def _paradigms(batch):
    """The first tokens of all segments."""
    return set(
        batch["input_ids"][(batch["position_ids"] == 0) & (batch["segment_ids"] > 0)].tolist()
    )


def test_the_reward_model_is_the_default_and_resumes_exactly():
    config = CONFIG | {"objectives": REPORT, "steps_between_evaluations": 4}
    del config["curriculum"]
    with Birdie(config) as birdie:
        take(birdie, 14)
        state = copy.deepcopy(birdie.state_dict())
        expected, action = take(birdie, 6), birdie.get_current_action()
    with Birdie(config) as birdie:
        birdie.load_state_dict(state)
        assert same(take(birdie, 6), expected)
        assert np.array_equal(birdie.get_current_action(), action)
    assert np.abs(action - [2 / 7, 3 / 7, 2 / 7]).max() > 0.01


def test_positions_belong_to_a_saved_state():
    with Birdie(CONFIG) as birdie:
        take(birdie, 2)
        older = birdie.state_dict()
    assert "sample_positions" not in older["identity"]  # so older versions' states can be loaded
    with Birdie(CONFIG | {"sample_positions": "tune"}) as birdie:
        with pytest.raises(BirdieError, match="sample_positions was None .* is tune now"):
            birdie.load_state_dict(older)
        take(birdie, 2)
        newer, expected = copy.deepcopy(birdie.state_dict()), take(birdie, 3)
        birdie.load_state_dict(newer)
        assert same(take(birdie, 3), expected)
    with Birdie(CONFIG) as birdie, pytest.raises(BirdieError, match="was tune"):
        birdie.load_state_dict(newer)


def test_validation_is_trainings_twin():
    with Birdie(CONFIG | {"num_validation_batches": 2}) as birdie:
        one, two = birdie.measure_validation_losses(), birdie.measure_validation_losses()
        assert [name for name, _ in one] == [n for n in birdie.mixture.names for _ in range(2)]
        assert same([batch for _, batch in one], [batch for _, batch in two])
        marks = dict(zip(birdie.mixture.names, birdie.mixture.special, strict=True))
        for name, batch in one:
            assert list(batch) == KEYS
            assert _paradigms(batch) == {marks[name].paradigm} or marks[name].paradigm is None
            # Teacher-forced: after the first target of an answer its labels are the next inputs.
            ids, labels, segments = (batch[k] for k in ("input_ids", "label_ids", "segment_ids"))
            inside = (segments[:, 1:] == segments[:, :-1]) & (labels[:, :-1] != IGNORE_INDEX)
            assert (ids[:, 1:][inside] == labels[:, :-1][inside]).all()
            filled = (batch["segment_ids"] > 0).float().mean()
            assert filled > 0.9


def test_losses_are_means_over_tokens():
    config = CONFIG | {"objectives": "next_token", "num_validation_batches": 3, "batch_size": 2}
    arrays = {"train": tunes(30), "validation": tunes(3, shortest=100, longest=180)}
    seen = []

    class Seeing(Curriculum):
        def observe(self, step, losses):
            seen.append(losses)
            super().observe(step, losses)

    curriculum = Seeing(["next_token_prediction"], Uniform(), n_steps=10)
    with Birdie(config | {"ds": arrays, "curriculum": curriculum}) as birdie:
        pairs = birdie.measure_validation_losses()
        counts = [int((batch["label_ids"] != IGNORE_INDEX).sum()) for _, batch in pairs]
        assert len(set(counts)) > 1, "the example has batches of unequal size"
        for i, (name, _) in enumerate(pairs):
            birdie.log_validation_loss(name, torch.tensor(float(i)), 0)
    assert seen[0]["next_token_prediction"] == pytest.approx(np.average([0, 1, 2], weights=counts))


def test_a_loss_of_nothing_known_is_refused():
    with Birdie(CONFIG) as birdie:
        birdie.measure_validation_losses()
        with pytest.raises(BirdieError, match="'infiling'; did you mean infilling"):
            birdie.log_validation_loss("infiling", 1.0, 0)
        birdie.log_validation_loss("infilling", 1.0, 0)
        with pytest.raises(BirdieError, match="no loss was logged for next_token_prediction"):
            birdie.get_next_training_sample()


def test_our_loop_takes_it_adapts_it_and_resumes_it(tmp_path):
    def trained(folder, crash=None):
        birdie = Birdie(CONFIG | {"objectives": REPORT, "steps_between_evaluations": 5})
        model = tiny_model()
        steps = TrainingConfig(
            steps=12, validate_every=None, checkpoint_every=6, log_every=1, progress=False
        )
        with birdie:
            result = train(
                model,
                birdie,
                steps,
                validation=birdie.measure_validation_losses,
                callbacks=[CurriculumCallback(birdie), Crashing(birdie, crash)],
                folder=folder,
            )
        return result.losses, birdie.get_current_action()

    losses, action = trained(tmp_path / "whole")
    with pytest.raises(RuntimeError, match="power cut"):
        trained(tmp_path / "parts", crash=8)
    losses_again, action_again = trained(tmp_path / "parts")
    assert len(losses) == 12
    assert losses_again == losses
    assert np.array_equal(action, action_again)
    assert np.abs(action - [2 / 7, 3 / 7, 2 / 7]).max() > 0.01


class Crashing(CurriculumCallback):
    """Ends a run in the middle of things."""

    def __init__(self, birdie, step):
        self.step = step

    def after_step(self, run):
        if run.step == self.step:
            raise RuntimeError("power cut")

    def time_for_validation(self, step):
        return False

    def after_validation(self, run, losses):
        pass


def test_configurations_of_the_original_are_understood():
    objectives = [
        {"name": "prefix_language_modeling", "corruption_rate": 0.15, "paradigm_token": "[S]"},
        {"name": "infilling", "mean_tokens_per_span": 3.0, "paradigm_token": "[R]", "prob": 0.5},
        {
            "name": "selective_copying",
            "tokens_per_mask": 6,
            "shuffle": True,
            "min_delimiter_prefix_length": 2,
            "max_delimiter_prefix_length": 4,
            "min_delimiter_suffix_length": 2,
            "max_delimiter_suffix_length": 4,
            "format_style": "context_query",
        },
        {"name": "deshuffling", "percentage_to_shuffle": 0.75, "paradigm_suffix": ""},
    ]
    with pytest.warns(UserWarning, match="prefix_fraction"):
        birdie = Birdie(CONFIG | {"objectives": objectives})
    prefix, infilling, selective, deshuffling = birdie.mixture.objectives
    assert (prefix.paradigm, infilling.paradigm) == ("[S]", "[R]")
    assert (selective.query, selective.min_span_length, selective.max_span_length) == (
        "after",
        2,
        18,
    )
    assert (selective.min_delimiter_length, selective.max_delimiter_length) == (2, 4)
    assert (deshuffling.min_fraction, deshuffling.max_fraction) == (0.75, 0.75)
    with pytest.warns(UserWarning, match="grok_iterations, lr"):
        Birdie(CONFIG | {"grok_iterations": 200, "lr": 5e-4, "total_steps": 50})


@pytest.mark.parametrize("key", ["paradigm_token", "paradigm_prompt", "paradigm_str"])
def test_each_name_that_the_original_has_for_a_paradigm_is_understood(key):
    for others in ({}, {"paradigm_token": ""}, {"paradigm_str": "", "paradigm_prompt": "[P]"}):
        first = {key: "[P]"} | others | {key: "[P]"}
        for given in (first, others | first):
            ours = translate_objective({"name": "copying", **given})
            assert ours == {"name": "copying", "paradigm": "[P]"}
    assert translate_objective({"name": "copying", key: ""}) == {"name": "copying"}


def test_paradigms_that_differ_are_an_error():
    with pytest.raises(UserError, match=r"paradigm_token and paradigm_str differ.*\[A\].*\[B\]"):
        translate_objective({"name": "copying", "paradigm_token": "[A]", "paradigm_str": "[B]"})


@pytest.mark.parametrize("name", ["autoencoding", "selective_copying"])
@pytest.mark.parametrize("value", ["x", None, float("nan"), float("inf"), True, [3]])
def test_a_length_of_masks_that_is_no_number_is_named(name, value):
    with pytest.raises(UserError, match="tokens_per_mask is"):
        translate_objective({"name": name, "tokens_per_mask": value})


@pytest.mark.parametrize("name", OBJECTIVE_TOKENS)
def test_what_is_said_in_the_words_of_the_original_is_understood_again(name):
    ours = make_objective(name, paradigm="[P]")
    theirs = parameters_for_the_original(ours, "[P]")
    again = make_objective(**translate_objective({"name": name} | theirs))
    assert (again.name, again.paradigm) == (name, "[P]")
    # The original has one number where these two have a range.
    if name not in ("deshuffling", "selective_copying"):
        assert again == ours


def test_a_tokenizer_of_text_can_be_used():
    class Letters:
        n_vocab = 26

        def encode(self, text):
            return [ord(letter) - ord("a") for letter in text]

        def decode(self, ids):
            return "".join(chr(ord("a") + i) for i in ids)

    def words(split, worker_id, num_workers, rng_seed=0):
        return ["thequickbrownfoxjumpsoverthelazydog"] * 3

    config = {key: CONFIG[key] for key in ("batch_size", "num_workers", "num_steps")}
    config |= {"sequence_length": 96, "ds": words, "tokenizer": Letters(), "curriculum": "uniform"}
    with Birdie(config) as birdie:
        assert birdie.vocabulary.n_codes == 26
        assert birdie.get_next_training_sample()["input_ids"].max() < birdie.vocabulary.size


def test_the_action_can_be_shown():
    with Birdie(CONFIG) as birdie:
        action, text = birdie.get_verbose_action()
        assert json.loads(text).keys() == action.keys() == set(birdie.mixture.names)


def test_two_evaluations_in_a_row_count_once():
    with Birdie(CONFIG) as birdie:
        for value in (3.0, 2.0):
            for name, _ in birdie.measure_validation_losses():
                birdie.log_validation_loss(name, value, 0)
            assert birdie._maybe_update_reward_model(current_training_step=0)
        assert len(birdie.curriculum.history) == 1


def test_losses_are_those_that_our_evaluation_gives():
    model = tiny_model()
    with Birdie(CONFIG) as birdie:
        losses = evaluate_losses(model, birdie.measure_validation_losses)
        birdie.log_validation_losses(losses)
        found = birdie.curriculum.history.losses[-1]
    assert found == pytest.approx([losses[name] for name in birdie.mixture.names])
