"""The rows of the comparison: what is written, how, and how many tunes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from refimpl.reproduce.diffusion.writers import GUIDANCE, Studio, Written

FAMILIES, STEPS, STRENGTH, MELODIES, GAPS = "families", "steps", "guidance", "melodies", "gaps"
GROUPS = (FAMILIES, STEPS, STRENGTH, MELODIES, GAPS)
REAL = "held-out tunes"
SIDE = 5  # the families have so many times the tunes of other groups
Make = Callable[[Studio, int], Written]


@dataclass(frozen=True)
class Row:
    """A row.

    Attributes:
        name: in tables.
        group: one of `GROUPS`, each of which has a table.
        make: writes so many tunes.
        student: the row needs the distilled model of this many steps; None: it needs none.
        run: the row needs the run of equal time of this name; None: it needs none.
        heard: whether its first tune is kept as a sound.
    """

    name: str
    group: str
    make: Make
    student: int | None = None
    run: str | None = None
    heard: bool = False


def _diffused(**options) -> Make:
    return lambda studio, n: studio.diffused(n, **options)


def _steered(**options) -> Make:
    return lambda studio, n: studio.steered(n, **options)


def _filled(**options) -> Make:
    return lambda studio, n: studio.gap_filled(n, **options)


def _of_equal_time(studio: Studio, n: int, run: str) -> Written:
    return studio.by_tokens(n, generator=studio.run_of_equal_time(run))


def _families() -> list[Row]:
    row = partial(Row, group=FAMILIES, heard=True)
    tokens = {"tokens": "course", "residual tokens": "neural"}
    return [
        row(REAL, make=lambda studio, n: studio.real(n)),
        row("the same, through the latents", make=lambda studio, n: studio.resynthesised(n)),
        *(
            row(name, make=lambda studio, n, where=where: studio.by_tokens(n, generator=where))
            for name, where in tokens.items()
        ),
        *(
            row(f"{name}, equal time", make=partial(_of_equal_time, run=where), run=where)
            for name, where in tokens.items()
        ),
        row("diffusion, 16 steps", make=_diffused(n_steps=16, guidance=GUIDANCE)),
        row("distilled, 4 steps", make=_diffused(student=4, n_steps=4), student=4),
    ]


def _steps() -> list[Row]:
    asked = {"guidance": GUIDANCE}
    kinds = [("ddim", n) for n in (100, 16, 8, 4, 2, 1)] + [("ddpm", n) for n in (100, 16, 4)]
    rows = [
        Row(
            f"{kind.upper()}, {n} step{'s' if n > 1 else ''}",
            STEPS,
            _diffused(sampler=kind, n_steps=n, **asked),
            heard=(kind, n) in (("ddim", 4), ("ddim", 1), ("ddpm", 16)),
        )
        for kind, n in kinds
    ]
    rows.append(Row("Heun, 8 steps", STEPS, _diffused(sampler="heun", n_steps=8, **asked)))
    for n in (8, 4, 2, 1):
        name = f"distilled, {n} step{'s' if n > 1 else ''}"
        make = _diffused(student=n, n_steps=n)
        rows.append(Row(name, STEPS, make, student=n, heard=n < 4))
    return rows


def _strengths() -> list[Row]:
    rows = [Row("no key", STRENGTH, _diffused(keyed=False), heard=True)]
    return rows + [
        Row(f"guidance {scale:g}", STRENGTH, _diffused(guidance=scale), heard=scale == 8)
        for scale in (1.0, 2.0, 4.0, 8.0)
    ]


def _melodies() -> list[Row]:
    return [
        Row("key, no melody", MELODIES, _steered(melody=False, keyed=True, guidance=GUIDANCE)),
        Row("melody, guidance 1", MELODIES, _steered(guidance=1.0)),
        Row("melody, guidance 2", MELODIES, _steered(guidance=GUIDANCE), heard=True),
        Row("melody and key", MELODIES, _steered(keyed=True, guidance=GUIDANCE)),
        Row(
            "melody, key a tritone off",
            MELODIES,
            _steered(keyed=True, shift=6, guidance=GUIDANCE),
            heard=True,
        ),
    ]


def _gaps() -> list[Row]:
    return [
        Row("the tune itself", GAPS, lambda studio, n: studio.resynthesised(n), heard=True),
        Row("pasted from a tune in its key", GAPS, _filled(how="pasted"), heard=True),
        Row("put back at each step", GAPS, _filled(how="model")),
        Row("the same, each step five times", GAPS, _filled(how="model", rounds=5)),
        Row("told what is known", GAPS, _filled(how="control")),
        Row("told, guidance 2", GAPS, _filled(how="control", guidance=GUIDANCE)),
        Row(
            "told, and asked for the key",
            GAPS,
            _filled(how="control", keyed=True, guidance=GUIDANCE),
            heard=True,
        ),
        Row(
            "asked for the key, each step five times",
            GAPS,
            _filled(how="model", keyed=True, rounds=5, guidance=GUIDANCE),
        ),
    ]


def can_be_made(row: Row, studio: Studio) -> bool:
    """Whether the models that a row needs are there."""
    student = row.student is None or studio.student(row.student) is not None
    return student and (row.run is None or studio.run_of_equal_time(row.run) is not None)


def all_rows() -> list[Row]:
    """Return the rows of all tables, in order."""
    return [*_families(), *_gaps(), *_melodies(), *_steps(), *_strengths()]
