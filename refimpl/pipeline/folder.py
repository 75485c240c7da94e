"""The folder of a run: its layout, and a check that its contents belong to the settings."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from refimpl.codecs import CODECS, find_codec
from refimpl.errors import UserError
from refimpl.files import alone, make_folder, replace_json
from refimpl.presets import PRESETS, ObjectivesConfig, Preset, override
from refimpl.reading import read_json
from refimpl.training.config import FREE_TO_CHANGE

# Settings that may differ from those that a run was begun with.
_FREE = {"name", "about", "declared"} | {f"training.{name}" for name in FREE_TO_CHANGE}
# What a setting decides, by the beginning of its name; the first that fits counts. A change is
# refused once that stage, or one after it, has an output.
_STAGES = ("codec", "tokens", "training")
_DECIDES = {
    "sampling.": None,
    "data.n_": "tokens",
    "recordings.captions": "tokens",
    "vocabulary": "tokens",
    "layout": "training",
    "backbone": "training",
    "model.": "training",
    "training.": "training",
    "objectives.": "training",
    "batch_size": "training",
    "": "codec",
}

# What settings that do not say otherwise mean, because they were written before one could choose.
_UNSAID = {"codec.kind": "kmeans", "codec.n_clips": None, "model.sample_positions": "row"}
# What settings were called before, by the beginning of the name.
_RENAMED = {"codebook.": "codec.", "mel.": "codec.mel."}


class RunFolder:
    """A run on disk.

        preset.json     the source and all settings
        codebook.npz    the codec; each kind has a file name of its own
        tokens/         train and validation, as shards
        training/       checkpoints, metrics.jsonl, loss.png
        model/          the model and a copy of the codec: enough to generate

    Args:
        path: of the folder, which need not exist.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.settings = self.path / "preset.json"
        self.training = self.path / "training"
        self.model = self.path / "model"

    @property
    def codec(self) -> Path | None:
        """The codec's file; None where there is none yet."""
        return find_codec(self.path)

    def tokens(self, split: str) -> Path:
        """Where the tokens of a split are."""
        return self.path / "tokens" / split

    def read(self) -> tuple[Preset, str | None]:
        """Return the settings and the source with which the run was started.

        Raises:
            UserError: there is no run in this folder.
        """
        try:
            content = read_json(self.settings, UserError, "a run's settings")
            return preset_from_dict(content["settings"]), content["source"]
        except FileNotFoundError:
            raise UserError(
                f"{self.path} is no run's folder (it has no {self.settings.name}); "
                "begin with `refimpl run` or `refimpl fit`"
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f"{self.settings} cannot be read ({error}); give another folder"
            ) from error

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Lock the run against other processes.

        Raises:
            UserError: another one does, or the folder holds something else than a run.
        """
        self._refuse_other_folders()
        with alone(self.path, "writing into"):
            yield

    def _refuse_other_folders(self) -> None:
        if not self.settings.exists() and self.path.exists() and not _is_empty(self.path):
            raise UserError(f"{self.path} is no run's folder and not empty; give another folder")

    def begin(self, preset: Preset, source: str | None) -> None:
        """Claim the folder for a run, or check that the run in it has the same settings.

        Raises:
            UserError: the folder holds something else, or a stage that was made otherwise.
        """
        if self.settings.exists():
            old, old_source = self.read()
            self._check_same(old, preset, old_source, source or old_source)
            source = source or old_source
        self._refuse_other_folders()
        content = {"source": source, "settings": preset_to_dict(preset)}
        make_folder(self.path)
        replace_json(self.settings, content)

    def clear(self, first: str = "codec") -> None:
        """Remove the output of the run's stages, from one of them on, and nothing else.

        Args:
            first: "codec", "tokens" or "training".
        """
        if not self.settings.exists():  # not a run's folder: nothing in it is ours
            return
        for stage in _STAGES[_STAGES.index(first) :]:
            for output in self._outputs(stage):
                if output.is_dir():
                    shutil.rmtree(output)
                else:
                    output.unlink(missing_ok=True)

    def has(self, stage: str) -> bool:
        """Whether a stage, or one after it, has written something."""
        stages = _STAGES[_STAGES.index(stage) :]
        return any(output.exists() for name in stages for output in self._outputs(name))

    def _outputs(self, stage: str) -> list[Path]:
        if stage == "codec":
            return [self.path / one.file_name for one in CODECS.values()]
        if stage == "tokens":
            return [self.path / "tokens"]
        return [self.training, self.model]

    def _check_same(
        self, old: Preset, new: Preset, old_source: str | None, new_source: str | None
    ) -> None:
        # Source and captions first: from others, other settings follow.
        was = {"source": old_source, "recordings.captions": old.recordings.captions}
        was |= flatten(preset_to_dict(old))
        now = {"source": new_source} | flatten(preset_to_dict(new))
        for name in was:
            if name in _FREE or was[name] == now.get(name):
                continue
            stage = next(s for start, s in _DECIDES.items() if name.startswith(start))
            if stage is not None and self.has(stage):
                raise UserError(
                    f"{self.path} was made with {name} = {was[name]}, and now it is {now[name]}; "
                    "give another folder, or --force to start this one again"
                )


def _is_empty(path: Path) -> bool:
    """Whether a folder holds nothing but the unfinished files of a killed run."""
    return path.is_dir() and all(child.name.startswith(".") for child in path.iterdir())


def flatten(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings by dotted names: {"data": {"n_train": 9}} becomes {"data.n_train": 9}."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, dict):
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def preset_to_dict(preset: Preset) -> dict[str, Any]:
    """Return a preset in a form that JSON can hold."""
    return json.loads(json.dumps(dataclasses.asdict(preset)))


def preset_from_dict(settings: dict[str, Any]) -> Preset:
    """Undo `preset_to_dict`; settings that an older version did not store get their old value."""
    plain = dataclasses.replace(next(iter(PRESETS.values())), objectives=ObjectivesConfig())
    return override(plain, _UNSAID | dict(map(_renamed, flatten(settings).items())))


def _renamed(setting: tuple[str, Any]) -> tuple[str, Any]:
    name, value = setting
    for old, new in _RENAMED.items():
        if name.startswith(old):
            return new + name.removeprefix(old), value
    return name, value
