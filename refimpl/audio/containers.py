"""The length that a container's header claims, checked against the file's real content.

A program that writes into a pipe cannot go back to fill in the length, and a broken download lacks
its end. So the length in a header is only a claim, which this module compares with the bytes.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path

from refimpl.audio.sections import Range, Sections

_UNCOMPRESSED = (1, 3, 0xFFFE)  # integers, floats, and either with a longer header
_TOLERANCE = 0.5  # seconds behind the samples that may be padding
_UNKNOWN = (0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000, 0x80000000)


def wav_with_its_real_length(path: Path) -> tuple[Sections | None, str]:
    """Return a WAV file with a corrected length in its header, if the original's is wrong.

    Args:
        path: a WAV file.

    Returns:
        The corrected file, or None if its own header is right; and a remark where the header
        promises another length than there is, else "".
    """
    found = _find_wav_data(path)
    if found is None:
        return None, ""
    position, length, bytes_per_second = found
    size = path.stat().st_size
    there = size - position - 8
    rest = there - length
    # A length of 0 in front of other chunks is an empty sound, not an unknown length.
    is_empty = length == 0 and _is_chunk(path, position + 8)
    if length in _UNKNOWN and there > 0 and not is_empty:
        remark = ""
    elif length not in _UNKNOWN and length > there:
        remark = "is cut off: its header promises more than there is"
    elif length and rest > _TOLERANCE * bytes_per_second and not _chunk_follows(path, size - rest):
        remark = "goes on behind the end that its header promises"
    else:
        return None, ""
    replaced = {
        4: struct.pack("<I", min(size - 8, 0xFFFFFFFE)),
        position + 4: struct.pack("<I", min(there, 0xFFFFFFFE)),
    }
    return Sections(path, [(0, size)], replaced), remark


def _find_wav_data(path: Path) -> tuple[int, int, float] | None:
    """Return where a WAV's samples are: their chunk, its length, and the bytes of a second.

    A compressed sound has infinitely many: nobody can tell what follows it.
    """
    bytes_per_second = float("inf")
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return None
        position = 12
        while len(chunk := file.read(8)) == 8:
            name, length = chunk[:4], struct.unpack("<I", chunk[4:])[0]
            if name == b"data":
                return position, length, bytes_per_second
            if name == b"fmt " and len(fields := file.read(12)) == 12:
                kind, _, _, rate = struct.unpack("<HHII", fields)
                bytes_per_second = rate if kind in _UNCOMPRESSED and rate else float("inf")
            position += 8 + length + length % 2
            file.seek(position)
    return None


def _chunk_follows(path: Path, position: int) -> bool:
    """Whether there is a chunk, with or without a byte that makes its place even."""
    return _is_chunk(path, position) or _is_chunk(path, position + position % 2)


def _is_chunk(path: Path, position: int) -> bool:
    """Whether a whole chunk is at a place in a file."""
    with path.open("rb") as file:
        file.seek(position)
        chunk = file.read(8)
    if len(chunk) < 8 or not chunk[:4].isascii() or not chunk[:4].decode("latin-1").isprintable():
        return False
    return position + 8 + struct.unpack("<I", chunk[4:])[0] <= path.stat().st_size


def ogg_links(path: Path) -> list[Range]:
    """Return the byte range of each stream that is chained in an OGG file.

    A recording of a radio station is often several concatenated files. Other bytes between two
    pages are skipped.

    Args:
        path: an OGG file.

    Source: Pfeiffer 2003 (RFC 3533), section 4: a new link begins with pages marked as first.
    """
    starts: list[int] = []
    position, was_first = 0, False
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        size = len(data)
        while (position := data.find(b"OggS\0", position)) >= 0:
            head = data[position : position + 27]
            if len(head) < 27:
                break
            is_first = bool(head[5] & 2)
            if is_first and not was_first:
                starts.append(position)
            was_first = is_first
            segments = data[position + 27 : position + 27 + head[26]]
            position += 27 + len(segments) + sum(segments)
    return list(pairwise([*starts, size]))  # none where no page is marked as first
