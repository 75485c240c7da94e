"""Named configurations of the whole pipeline, and ways to change one setting of them."""

from refimpl.errors import UserError, suggest
from refimpl.presets.course import COURSE
from refimpl.presets.neural import NEURAL
from refimpl.presets.notes import NOTES
from refimpl.presets.overrides import override, parse_assignment, read_changes
from refimpl.presets.preset import (
    DataConfig,
    ObjectivesConfig,
    Preset,
    SamplingConfig,
)
from refimpl.presets.report import REPORT

PRESETS = {preset.name: preset for preset in (COURSE, REPORT, NEURAL, NOTES)}

__all__ = [
    "PRESETS",
    "DataConfig",
    "ObjectivesConfig",
    "Preset",
    "SamplingConfig",
    "get_preset",
    "override",
    "parse_assignment",
    "read_changes",
]


def get_preset(name: str) -> Preset:
    """Return a preset by its name.

    Raises:
        UserError: there is none of that name.
    """
    if name not in PRESETS:
        raise UserError(f"there is no preset {name!r}; {suggest(name, PRESETS)}")
    return PRESETS[name]
