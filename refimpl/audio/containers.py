"""The length that a container's header claims, checked against the file's real content.

A program that writes into a pipe cannot go back to fill in the length, and a broken download lacks
its end. So the length in a header is only a claim, which this module compares with the bytes.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

from refimpl.audio.sections import Range, Sections

_UNKNOWN = (0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000, 0x80000000)


def wav_with_its_real_length(path: Path) -> tuple[Sections | None, bool]:
    """Return a WAV file with a corrected length in its header, if the original's is wrong.

    Args:
        path: a WAV file.

    Returns:
        The corrected file, or None if its own header is right; and whether the file is cut off.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return None, False
        position = 12
        while len(chunk := file.read(8)) == 8:
            name, length = chunk[:4], struct.unpack("<I", chunk[4:])[0]
            if name == b"data":
                break
            position += 8 + length + length % 2
            file.seek(position)
        else:
            return None, False
    there = size - position - 8
    is_cut = length not in _UNKNOWN and length > there
    # A length of 0 in front of other chunks is an empty sound, not an unknown length.
    is_empty = length == 0 and _is_chunk(path, position)
    is_unknown = length in _UNKNOWN and there > 0 and not is_empty
    if not is_cut and not is_unknown:
        return None, False
    replaced = {
        4: struct.pack("<I", min(size - 8, 0xFFFFFFFE)),
        position + 4: struct.pack("<I", min(there, 0xFFFFFFFE)),
    }
    return Sections(path, [(0, size)], replaced), is_cut


def _is_chunk(path: Path, position: int) -> bool:
    """Whether another chunk follows directly behind an empty one."""
    with path.open("rb") as file:
        file.seek(position + 8)
        chunk = file.read(8)
    if len(chunk) < 8 or not chunk[:4].isascii() or not chunk[:4].decode("latin-1").isprintable():
        return False
    return position + 16 + struct.unpack("<I", chunk[4:])[0] <= path.stat().st_size


def ogg_links(path: Path) -> list[Range]:
    """Return the byte range of each stream that is chained in an OGG file.

    A recording of a radio station is often several concatenated files.

    Args:
        path: an OGG file.

    Source: Pfeiffer 2003 (RFC 3533), section 4: a new link begins with pages marked as first.
    """
    starts: list[int] = []
    size = path.stat().st_size
    position, was_first = 0, False
    with path.open("rb") as file:
        while position < size:
            file.seek(position)
            head = file.read(27)
            if len(head) < 27 or head[:4] != b"OggS":
                break  # the decoder reports the damage
            is_first = bool(head[5] & 2)
            if is_first and not was_first:
                starts.append(position)
            was_first = is_first
            segments = file.read(head[26])
            position += 27 + len(segments) + sum(segments)
    return list(pairwise([*starts, size]))  # none where no page is marked as first
