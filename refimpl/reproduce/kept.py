"""Codecs that are fitted once, and rows that are measured once: a second call reads them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.codecs import Codec, CodecConfig, find_codec, load_codec
from refimpl.files import make_folder, replace_json
from refimpl.metrics import bootstrap_mean
from refimpl.reproduce.codec_systems import System
from refimpl.reproduce.records import plain, read_record


def fitted_once(
    folder: Path, config: CodecConfig, sounds: Callable[[], Iterable[np.ndarray]]
) -> Codec:
    """Fit a codec and keep it; its note "core_seconds" is the processor time that this took.

    Args:
        folder: for the codec's file. One that is there already, and fits the settings, is loaded.
        config: the settings.
        sounds: makes the stream of sounds to fit on.
    """
    path = find_codec(folder)
    if path is not None and config.difference(codec := load_codec(path)) is None:
        return codec
    began = time.process_time()
    codec = config.fit(sounds())
    codec.notes["core_seconds"] = round(time.process_time() - began, 1)
    make_folder(folder)
    codec.save(folder / codec.file_name)
    return codec


def measured_once(
    folder: Path,
    system: System,
    items: Sequence[Any],
    measure: Callable[[Any, System], dict[str, float]],
) -> dict[str, Any]:
    """Measure a system over items, as means with intervals, and keep the row.

    Args:
        folder: for the row's file, which is named after what the row depends on.
        system: what the items are sent through.
        items: held-out tunes or clips; a row over another number of them is measured again.
        measure: returns an item's measures by name.
    """
    path = folder / f"{system.key}.json"
    if (known := read_record(path, {"n_tunes": len(items)})) is not None:
        return known
    found = [measure(one, system) for one in items]
    values = {name: np.array([one[name] for one in found]) for name in found[0]}
    row = {"name": system.name, "n_tunes": len(items)} | plain(
        {name: bootstrap_mean(one) for name, one in values.items()}
    )
    make_folder(folder)
    replace_json(path, row)
    return row
