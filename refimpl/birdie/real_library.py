"""The original library, `birdie_rl`, behind the interface of ours."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.birdie.config import BirdieConfig, recipe_of, validation_recipe_of
from refimpl.birdie.errors import BirdieError, WorkerError
from refimpl.birdie.real_config import real_configuration
from refimpl.errors import suggest


class RealBirdie:
    """The original library's Birdie, made from a configuration of ours and giving our batches.

        from refimpl.birdie.real_library import RealBirdie as Birdie

    `pip install -r requirements-birdie.txt` installs it. The batches are the library's own; this
    class only translates. It fills what the library leaves at 0: padding, which is a code there,
    is [PAD]; `position_ids` restart in each segment; all arrays are int64. A mistake in the
    configuration or the data is the same `BirdieError` as with ours.

    What differs from `refimpl.birdie.Birdie`, since the library is as it is:

    - A mixture may stop with a `BirdieError` after a few batches: it cannot use a leftover that is
      too short for the objective whose turn it is.
    - The token between question and answer counts as causal, with ours as the prefix's last.
    - `next_token_prediction` is copying without a paradigm; `autoencoding_with_deshuffling`
      shuffles nothing; `deshuffling` shuffles the characters of a literal, which then is [UNK];
      `selective_copying` asks for spans that the context may not show.
    - No two runs have the same batches: the time and the process id are in its seeds. A run cannot
      be saved and resumed.
    - Validation batches hold one sample each, whose labels start at the first input: they are not
      teacher-forced, so their losses are no training losses.
    - Its reward model takes the losses, but on a CPU it may fail to learn from them; then the
      mixture stays as it is, and `adaptation_error` says why.
    - Workers are forked, and there is at least one. One that is killed is not noticed.
    - Batches may be dropped where the trainer is slower than the workers; memory grows by the
      sample; closing takes up to ten seconds.

    Args:
        config: see `BirdieConfig`. Without meaning here: curriculum, warmup_steps, num_shards,
            prefetch_batches, start_method.

    Attributes:
        config: the `BirdieConfig`.
        mixture: the objectives, with their names.
        vocabulary: of the tokens.
        real: the library's own object.
        position: how many batches were given.
        adaptation_error: what the library's reward model failed with; None if it did not.

    Raises:
        BirdieError: as ours; the library is not installed, or cannot run as configured.

    Source: github.com/samblouir/birdie. Taught in lesson 6.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.config = config = BirdieConfig.from_dict(config)
        self.real: Any = None
        _check_usable(config)
        accelerator = config.accelerator
        rank = accelerator.process_index if accelerator else 0
        recipe = recipe_of(config, rank, accelerator.num_processes if accelerator else 1)
        self.mixture = recipe.mixture
        self.vocabulary = self.mixture.vocabulary
        self.position = 0
        self.adaptation_error: Exception | None = None
        real = real_configuration(config, recipe, validation_recipe_of(config, recipe))
        library = _import()
        with _quiet(), _translated_errors():
            self.real = library.Birdie(real)
        self._names = dict(
            zip((o["nickname"] for o in self.real.objectives), self.mixture.names, strict=True)
        )

    def get_next_training_sample(self) -> dict[str, Any]:
        """The next batch: five tensors `(batch_size, sequence_length)` int64, for `model(**batch)`.

        Raises:
            BirdieError: the library has stopped.
        """
        if self.real is None:
            raise BirdieError("this Birdie is closed, and the original cannot be opened again")
        try:
            with _quiet(), _translated_errors():
                batch = self.real.get_next_training_sample()
        except BaseException:
            self.close()
            raise
        self.position += 1
        return self._translate(batch)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self

    def __next__(self) -> dict[str, Any]:
        return self.get_next_training_sample()

    def time_for_eval(self, step_idx: int | None = None) -> bool:
        """Whether to evaluate before training on this step."""
        return self.real.time_for_eval(self.position if step_idx is None else step_idx)

    def measure_validation_losses(self) -> list[tuple[str, dict[str, Any]]]:
        """(name, batch) pairs to take the losses of; batches (1, sequence_length)."""
        with _quiet(), _translated_errors():
            pairs = self.real.measure_validation_losses()
        return [(self._names[key], self._translate(batch)) for key, batch in pairs]

    def log_validation_loss(self, key: str, loss: Any, step_idx: int | None = None) -> None:
        """Tell the loss of a validation batch; after the last, its reward model is asked.

        Raises:
            BirdieError: there is no such objective.
        """
        keys = [real for real, name in self._names.items() if name == key]
        if not keys:
            raise BirdieError(f"there is no objective {key!r}; {suggest(key, self.mixture.names)}")
        step = self.position if step_idx is None else step_idx
        self.real.log_validation_loss(keys[0], float(loss), step)
        if len(self.real._fulfilled_keys_this_cycle) == len(self._names):
            self._adapt(step)

    def _adapt(self, step: int) -> None:
        # Its README's loop never comes to this, so that its mixture would stay for good.
        try:
            with _quiet():
                self.real._maybe_update_reward_model(current_training_step=step)
        except Exception as error:  # whatever it is, training can go on with the old mixture
            self.adaptation_error = error

    def get_current_action(self) -> np.ndarray:
        """The newest mixture: (n_objectives,), in the order of `mixture.names`."""
        return np.asarray(self.real.get_current_action(), dtype=np.float64).reshape(-1)

    def _translate(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        import torch  # here, because a worker of ours may import this folder

        batch = translate_batch(batch, self.vocabulary.pad)
        device = self.config.accelerator.device if self.config.accelerator else None
        batch = {name: torch.from_numpy(array).to(device) for name, array in batch.items()}
        return self.config.move_to_gpu_fn(batch) if self.config.move_to_gpu_fn else batch

    def close(self) -> None:
        """End the workers; takes up to ten seconds."""
        real, self.real = self.real, None
        if real is not None:
            with _quiet():
                real.close()
                real.controller = None  # or it is closed once more when it is collected

    def __enter__(self) -> RealBirdie:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def translate_batch(batch: Mapping[str, np.ndarray], pad: int) -> dict[str, np.ndarray]:
    """A batch of the library, training's or validation's, as the arrays that a model of ours takes.

    Args:
        batch: its arrays (batch_size, sequence_length) int32.
        pad: the id of padding.
    """
    arrays = {name: np.asarray(array).astype(np.int64) for name, array in batch.items()}
    mask, segments = arrays["attention_mask"], arrays["segment_ids"]
    if not segments.any():  # a validation batch: one sample a row
        segments = (mask > 0).astype(np.int64)
    places = np.broadcast_to(np.arange(mask.shape[1]), mask.shape)
    is_first = np.diff(segments, axis=1, prepend=-1) != 0
    starts = np.maximum.accumulate(np.where(is_first, places, 0), axis=1)
    return {
        "input_ids": np.where(segments > 0, arrays["input_ids"], pad),
        "label_ids": arrays["label_ids"],
        "attention_mask": mask,
        "segment_ids": segments,
        "position_ids": np.where(segments > 0, places - starts, 0),
    }


def _check_usable(config: BirdieConfig) -> None:
    if config.num_workers < 1:
        raise BirdieError("the original library makes batches in workers only; give num_workers=1")
    if config.curriculum is not None:
        raise BirdieError(
            "the original library has its own curriculum; leave curriculum out, or use"
            " refimpl.birdie.Birdie"
        )
    method = config.start_method or multiprocessing.get_start_method()
    if method != "fork" or multiprocessing.get_start_method() != "fork":
        raise BirdieError(
            f"the original library never starts where processes are not forked, and here it is"
            f" {method!r}; use refimpl.birdie.Birdie"
        )


def _import() -> Any:
    try:
        import birdie_rl
    except ImportError as error:
        raise BirdieError(
            f"the original library cannot be imported ({error}); install it with"
            " pip install -r requirements-birdie.txt, or use refimpl.birdie.Birdie"
        ) from error
    return birdie_rl


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library, and the workers that it forks meanwhile, from printing what they do."""
    nowhere = Path(os.devnull)
    with nowhere.open("w") as file, redirect_stdout(file), redirect_stderr(file):
        yield


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except BirdieError:
        raise
    except AssertionError as error:
        raise BirdieError(f"the original library refuses this configuration: {error}") from error
    except RuntimeError as error:
        message = " ".join(str(error).split())
        raise WorkerError(f"the original library has stopped: {message}") from error
