"""Modules that have moved, under their old names, so that notebooks from before still run.

A term's notebooks are handed out once and handed in for months, and answers import what the lesson
imported when it was handed out.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED = {
    "refimpl.birdie.configuration": "refimpl.birdie.config",
    "refimpl.birdie.real_configuration": "refimpl.birdie.real_config",
    "refimpl.codebook": "refimpl.codecs",
    "refimpl.codec": "refimpl.codecs",
    "refimpl.course.comparing": "refimpl.course.differences",
    "refimpl.curriculum.making": "refimpl.curriculum.table",
    "refimpl.display.comparing": "refimpl.display.compared_sounds",
    "refimpl.kmeans": "refimpl.codecs.clustering",
    "refimpl.packing.layout": "refimpl.packing.packed_batch",
    "refimpl.pipeline.running": "refimpl.pipeline.resumable",
    "refimpl.reproduce.comparing": "refimpl.reproduce.mixture_comparison",
    "refimpl.reproduce.running": "refimpl.reproduce.reproduction",
    "refimpl.tinytunes.corpus": "refimpl.tinytunes",
    "refimpl.training.configuration": "refimpl.training.config",
    "refimpl.vqvae": "refimpl.codecs.vqvae",
}


class _Moved(MetaPathFinder, Loader):
    """Finds an old name, and fills its module with what the new one offers."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in MOVED else None

    def exec_module(self, module: ModuleType) -> None:
        new = import_module(MOVED[module.__name__])
        vars(module).update({n: part for n, part in vars(new).items() if not n.startswith("__")})


def find_moved() -> None:
    """Let old names be imported from now on; behind all other finders, so none is in the way."""
    if not any(isinstance(finder, _Moved) for finder in sys.meta_path):
        sys.meta_path.append(_Moved())
