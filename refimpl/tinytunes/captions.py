"""Captions that describe a tune in words.

Taught in lesson 1.
"""

MOODS = {"major": ("calm", "gentle", "lively"), "minor": ("wistful", "dark", "restless")}


def mood(notes_per_second: float, mode: str) -> str:
    """An adjective for a melody by how busy it is."""
    return MOODS[mode][(notes_per_second > 1.2) + (notes_per_second > 1.7)]


def write_caption(
    key_name: str,
    mode: str,
    tempo: float,
    instruments: dict[str, str],
    style: str | None,
    notes_per_second: float,
) -> str:
    """A tune in words.

    Args:
        key_name: For example "G".
        mode: "major" or "minor".
        tempo: Beats per minute.
        instruments: The instrument of each part; the melody's is one of them.
        style: Name of the band's style, if it has one.
        notes_per_second: Of the melody.

    Returns:
        For example "A calm melody in G major for piano over plucked bass, 117 bpm".

    Taught in lesson 1.
    """
    *others, last = [name for part, name in instruments.items() if part != "melody"]
    accompaniment = f"{', '.join(others)} and {last}" if others else last
    tune = f"{style} tune" if style else "melody"
    return (
        f"A {mood(notes_per_second, mode)} {tune} in {key_name} {mode} "
        f"for {instruments['melody']} over {accompaniment}, {tempo:.0f} bpm"
    )
