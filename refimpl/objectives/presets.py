"""Mixtures by name: the course's, the report's, the paper's and UL2's."""

from typing import Any

_INFILLING_SPANS = (3, 8, 32)


def _paper() -> list[dict[str, Any]]:
    """Every configuration of the paper's appendix A.2."""
    mixture: list[dict[str, Any]] = [
        {"name": "next_token_prediction"},
        {"name": "prefix_language_modeling"},
        {"name": "copying"},
        {"name": "selective_copying", "query": "before"},
        {"name": "selective_copying", "query": "after"},
    ]
    for rate in (0.05, 0.15, 0.5):
        for span in _INFILLING_SPANS:
            mixture.append(
                {"name": "infilling", "corruption_rate": rate, "mean_tokens_per_span": span}
            )
    for name in ("autoencoding", "autoencoding_with_deshuffling"):
        for rate in (0.15, 0.85):
            for span in _INFILLING_SPANS:
                mixture.append(
                    {"name": name, "corruption_rate": rate, "mean_tokens_per_span": span}
                )
    for share in (0.5, 1.0):
        mixture.append({"name": "deshuffling", "min_fraction": share, "max_fraction": share})
    return mixture


def _ul2() -> list[dict[str, Any]]:
    """UL2's seven denoisers. Equal shares; its paper mixes them uniformly, too.

    R: few short spans. X: long spans or many of them. S: continue a prefix.
    """
    denoisers = [("[R]", 0.15, 3), ("[R]", 0.15, 8)]
    denoisers += [("[X]", 0.5, 3), ("[X]", 0.5, 8), ("[X]", 0.5, 64), ("[X]", 0.15, 64)]
    mixture: list[dict[str, Any]] = [
        {
            "name": "infilling",
            "paradigm": paradigm,
            "corruption_rate": rate,
            "mean_tokens_per_span": span,
        }
        for paradigm, rate, span in denoisers
    ]
    return [*mixture, {"name": "prefix_language_modeling", "paradigm": "[S]"}]


# A configuration's "prob" is its share; shares are made to sum to 1, and equal where none is given.
MIXTURES: dict[str, tuple[dict[str, Any], ...]] = {
    # The usual training objective of a language model.
    "next_token": ({"name": "next_token_prediction"},),
    # Steinle & Aminfar 2025, section 3.3; 2/7, 3/7, 2/7.
    "report": (
        {"name": "prefix_language_modeling", "prob": 0.2},
        {"name": "infilling", "prob": 0.3},
        {"name": "next_token_prediction", "prob": 0.2},
    ),
    # All eight with their defaults.
    "eight": (
        {"name": "next_token_prediction"},
        {"name": "prefix_language_modeling"},
        {"name": "copying"},
        {"name": "infilling"},
        {"name": "autoencoding"},
        {"name": "autoencoding_with_deshuffling"},
        {"name": "deshuffling"},
        {"name": "selective_copying"},
    ),
    # For music: mostly writing from <|START|>, and then the common uses of a music model. Gaps
    # are a second long at the course's 31 tokens per second, and a prefix is half a piece.
    "music": (
        {"name": "next_token_prediction", "prob": 0.55},
        {"name": "prefix_language_modeling", "prob": 0.1, "prefix_fraction": 0.5},
        {"name": "infilling", "prob": 0.25, "corruption_rate": 0.3, "mean_tokens_per_span": 32},
        {"name": "deshuffling", "prob": 0.1},
    ),
    "paper": tuple(_paper()),  # Blouir et al. 2024, appendix A.2
    "ul2": tuple(_ul2()),  # Tay et al. 2022, section 3.1.2
}
