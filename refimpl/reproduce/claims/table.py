"""The table of claims. A new one joins the list of its file, a new file joins `all_claims`."""

from __future__ import annotations

from pathlib import Path

from refimpl.reproduce.claims.asked import asked
from refimpl.reproduce.claims.attention import ATTENTION
from refimpl.reproduce.claims.claim import Claim
from refimpl.reproduce.claims.codecs import codecs
from refimpl.reproduce.claims.codes import CODES
from refimpl.reproduce.claims.diffusion import controls, diffusion
from refimpl.reproduce.claims.judges import JUDGES
from refimpl.reproduce.claims.layouts import layouts
from refimpl.reproduce.claims.memory import memory
from refimpl.reproduce.claims.models import MODELS
from refimpl.reproduce.claims.objectives import objectives
from refimpl.reproduce.claims.sound import SOUND


def all_claims(results: Path) -> list[Claim]:
    """Every claim, in the order of the lessons.

    Args:
        results: the folder of other reproductions, from whose numbers some claims are decided.
    """
    claims = [
        *SOUND,
        *CODES,
        *MODELS,
        *objectives(results),
        *codecs(results),
        *asked(results),
        *layouts(results),
        *memory(results),
        *ATTENTION,
        *JUDGES,
        *diffusion(results),
        *controls(results),
    ]
    return sorted(claims, key=lambda claim: claim.lesson)
