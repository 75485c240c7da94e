"""A tune in words, from what is known about it.

Taught in lesson 1.
"""

from refimpl.tinytunes.harmony import PITCH_NAMES


def mood(onsets_per_second: float, mode: str) -> str:
    """An adjective for a melody by how busy it is."""
    words = ("wistful", "dark", "restless") if mode == "minor" else ("calm", "gentle", "lively")
    return words[(onsets_per_second > 1.3) + (onsets_per_second > 1.8)]


def caption(
    key: int, mode: str, tempo: float, instruments: dict[str, str], onsets_per_second: float
) -> str:
    """For example "A calm melody in G major for piano over plucked bass, 117 bpm"."""
    accompaniment = " and ".join(i for part, i in instruments.items() if part != "melody")
    return (
        f"A {mood(onsets_per_second, mode)} melody in {PITCH_NAMES[key]} {mode} "
        f"for {instruments['melody']} over {accompaniment}, {tempo:.0f} bpm"
    )
