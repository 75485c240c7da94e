"""The exercises of lesson 12: diffusion.

All of them use the cosine schedule, whose two shares this module holds.
"""

import numpy as np


def signal(time):
    """The share of the clip at a time from 0 to 1."""
    return np.cos(np.pi / 2 * time)


def noise(time):
    """The share of the noise at a time from 0 to 1."""
    return np.sin(np.pi / 2 * time)
