"""The models that come with the package are what their card says."""

from itertools import islice

import numpy as np
import pytest
import torch

from refimpl.objectives import Mixture
from refimpl.packing import expand, pack_corpus
from refimpl.pipeline import load_generator, load_tokenizer, open_source, read_facts, sound_of
from refimpl.pipeline.folder import preset_from_dict
from refimpl.pipeline.generators import shipped_folder
from refimpl.training import ValidationBatches, evaluate_losses, frame_tune

NAMES = ("course", "report")


@pytest.mark.parametrize("name", NAMES)
def test_the_validation_loss_is_what_the_card_says(name):
    model, tokenizer = load_generator(name)
    facts = read_facts(name)
    preset = preset_from_dict(facts["settings"])
    clips = open_source("tinytunes", preset).clips("validation")
    tokens = [tokenizer.encode(sound_of(clip)) for clip in clips]
    batches = ValidationBatches(
        tokens,
        preset.batch_size * 4,
        preset.model.context_length,
        vocabulary=tokenizer.vocabulary,
    )
    loss = evaluate_losses(model, batches)["all"]
    # The shipped weights are rounded to 16 bits.
    assert loss == pytest.approx(facts["validation_loss"], abs=0.005)


def test_both_models_together_are_small_enough_to_ship():
    files = [path for name in NAMES for path in shipped_folder(name).iterdir()]
    assert sum(path.stat().st_size for path in files) < 6_000_000


def test_the_courses_tokens_keep_their_meaning():
    """With another codebook, stored tokens and models of them would mean other sounds."""
    assert load_tokenizer("course").codec.fingerprint == "6b3e3001e0dd41b9"


@pytest.fixture(scope="module")
def shown_and_mistaken():
    """Held-out losses of the course's model by objective: shown its tune, and shown another one."""
    model, tokenizer = load_generator("course")
    preset = preset_from_dict(read_facts("course")["settings"])
    clips = islice(open_source("tinytunes", preset).clips("validation"), 13)
    tunes = [frame_tune(tokenizer.encode(sound_of(clip)), tokenizer.vocabulary) for clip in clips]
    mixture = Mixture(preset.objectives.mixture, tokenizer.vocabulary)
    row, losses = preset.model.context_length, {}
    for which, name in enumerate(mixture.names):
        mixture.shares = np.eye(len(mixture))[which]
        # A tune a row, so that all rows are cut at the same places for the same random numbers.
        rows = [next(pack_corpus([tune], mixture, 1, row, seed=0)) for tune in tunes]
        batches = [
            {key: torch.from_numpy(array) for key, array in expand(packed).items()}
            for packed in rows
        ]
        mistaken = []
        for one, other in zip(batches, batches[1:], strict=False):
            question = one["attention_mask"] == 1
            ids = torch.where(question, other["input_ids"], one["input_ids"])
            mistaken.append(one | {"input_ids": ids})
        losses[name.split()[0]] = [
            evaluate_losses(model, which)["all"] for which in (batches[:-1], mistaken)
        ]
    return losses


@pytest.mark.parametrize("name", ["prefix_language_modeling", "infilling", "deshuffling"])
def test_the_courses_model_listens_to_what_it_is_asked_about(shown_and_mistaken, name):
    own, others = shown_and_mistaken[name]
    assert own < others - 0.03
