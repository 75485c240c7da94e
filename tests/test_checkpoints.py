"""The models that come with the package are what their card says."""

import pytest

from refimpl.pipeline import load_generator, open_source, read_facts, sound_of
from refimpl.pipeline.folder import preset_from_dict
from refimpl.pipeline.generators import shipped_folder
from refimpl.training import ValidationBatches, evaluate_losses

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
