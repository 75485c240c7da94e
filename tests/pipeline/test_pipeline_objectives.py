"""Training on a mixture of objectives: what a preset asks for is what the model is trained on."""

import pytest

from refimpl import pipeline
from refimpl.corpora import open_corpus
from refimpl.errors import UserError
from refimpl.objectives import MIXTURES
from refimpl.pipeline import batches, folder, resumable, stages
from refimpl.presets import PRESETS, ObjectivesConfig, override
from refimpl.training import ValidationBatches, evaluate_losses, read_metrics
from tests.pipeline.pipeline_examples import tiny

ROW = {"model__context_length": 160, "training__steps": 6}


def with_mixture(mixture="eight", **changes):
    return tiny(objectives__mixture=mixture, **(ROW | changes))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run on all eight objectives whose curriculum moves twice."""
    changes = {"curriculum": "reward_model", "evaluate_every": 2, "validation_batches": 1}
    preset = with_mixture(**{f"objectives__{name}": value for name, value in changes.items()})
    return pipeline.run("tinytunes", preset, tmp_path_factory.mktemp("packed") / "run")


def test_each_objective_has_a_held_out_loss(finished):
    losses = finished.facts["objectives"]["losses"]
    assert set(losses) == {one["name"] for one in MIXTURES["eight"]}
    assert all(0 < loss < 10 for loss in losses.values())


def test_the_validation_loss_is_that_of_whole_tunes_whatever_the_objectives(finished):
    batches = ValidationBatches(finished.validation_set, 2, 160)
    assert finished.facts["validation_loss"] == pytest.approx(
        evaluate_losses(finished.model, batches)["all"], abs=1e-5
    )


def test_the_curriculum_moves_the_shares_and_they_are_noted(finished):
    mixtures = finished.facts["objectives"]["mixtures"]
    assert [one["step"] for one in mixtures][0] == 0 and len(mixtures) >= 3
    for one in mixtures:
        assert sum(one["shares"].values()) == pytest.approx(1)
    assert mixtures[0]["shares"] != mixtures[-1]["shares"]


def test_a_fixed_mixture_stays_as_the_preset_says(finished):
    preset = with_mixture("report", training__steps=1)
    trained = stages.train_model(preset, finished.train_set, finished.validation_set)
    (only,) = trained.objectives["mixtures"]
    assert list(only["shares"].values()) == pytest.approx([2 / 7, 3 / 7, 2 / 7])


@pytest.mark.parametrize("way", ["row", "tune"])
def test_the_model_is_trained_on_the_positions_that_it_remembers(finished, way):
    preset = with_mixture("music", model__sample_positions=way)
    data = batches.training_data(preset, finished.train_set, finished.validation_set)
    batch = next(iter(data.batches))
    counted = (batch["position_ids"].diff() <= 1).all()
    assert bool(counted) == (way == "row")


def test_a_run_that_is_stopped_goes_on_with_the_same_batches(finished, tmp_path):
    """Six steps at once, and three twice."""
    preset = override(finished.preset, {"objectives.curriculum": "fixed"})
    half = override(preset, {"training.steps": 3})
    sets = finished.train_set, finished.validation_set
    at_once = stages.train_model(preset, *sets, tmp_path / "once")
    stages.train_model(half, *sets, tmp_path / "twice")
    stages.train_model(preset, *sets, tmp_path / "twice")
    # The learning rate's schedule stretches with the steps, so that losses may differ. How many
    # labels each batch had tells the batches apart.
    once, twice = (
        [record["tokens"] for record in read_metrics(tmp_path / name) if "loss" in record]
        for name in ("once", "twice")
    )
    assert len(once) == 6 and once == twice
    assert at_once.result.weight == once[-1]


def test_a_curriculum_needs_to_know_how_long_the_run_is(finished):
    clocked = override(finished.preset, {"training.steps": None, "training.max_seconds": 1})
    with pytest.raises(UserError, match=r"set training\.steps"):
        stages.train_model(clocked, finished.train_set, finished.validation_set)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"objectives.mixture": "eigth"}, "there are none, next_token"),
        ({"objectives.mixture": "none", "objectives.curriculum": "exp3s"}, "no mixture"),
        ({"objectives.curriculum": "teacher"}, "is one of 'fixed'"),
        ({"objectives.mixture": "eight", "objectives.evaluate_every": 0}, "evaluate_every is 0"),
        ({"objectives.mixture": "eight", "vocabulary": "report"}, "no tokens for objectives"),
    ],
)
def test_objectives_that_cannot_be_are_refused(changes, said):
    with pytest.raises(UserError, match=said):
        override(PRESETS["course"], changes)


def test_rows_too_short_for_an_objective_are_refused(finished):
    short = override(finished.preset, {"model.context_length": 2})
    with pytest.raises(UserError, match="needs rows of at least"):
        stages.train_model(short, finished.train_set, finished.validation_set)


def test_another_mixture_is_another_run(finished):
    other = override(finished.preset, {"objectives.mixture": "report"})
    with pytest.raises(UserError, match=r"was made with objectives\.mixture = eight"):
        resumable.RunFolder(finished.folder.path).begin(other, None)


def test_settings_from_before_there_were_objectives_mean_the_next_token():
    settings = folder.preset_to_dict(override(PRESETS["course"], {"batch_size": 3}))
    del settings["objectives"], settings["codec"]["n_clips"]
    old = folder.preset_from_dict(settings)
    assert old.objectives == ObjectivesConfig() and old.codec.n_clips is None
    assert old.batch_size == 3


def test_more_clips_leave_the_codec_as_it_is():
    """Token ids keep their meaning when a model is trained on more tunes."""
    fingerprints = set()
    for n_train in (2, 4):
        preset = tiny(data__n_train=n_train, codec__n_clips=2)
        source = open_corpus("tinytunes", preset)
        fingerprints.add(stages.fit_codec(source, preset).fingerprint)
    assert len(fingerprints) == 1
    preset = tiny(data__n_train=4)
    source = open_corpus("tinytunes", preset)
    assert stages.fit_codec(source, preset).fingerprint not in fingerprints
