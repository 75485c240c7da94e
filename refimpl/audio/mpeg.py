"""The frames of an MPEG audio file (MP3, MP2), found by reading it to its end.

Without a length tag, a decoder guesses the length from the first frame, which may be too short or
too long. So this module counts the frames, and gives the decoder the frames with a tag that holds
their number, without other tags. Behind a damaged place it lets the decoder begin again.

Source: ISO/IEC 11172-3, section 2.4.2.3 (the header of a frame).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from mmap import ACCESS_READ, mmap
from pathlib import Path

from refimpl.audio.sections import Range, Sections

_KBITS = {  # by version (1, or 2 for MPEG 2 and 2.5) and layer; index 0 is "free", 15 forbidden
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_FEWEST_FRAMES = 4  # in a run: a tenth of a second, and no chance finds in other bytes
_FAR = 2**20  # bytes of something else before the first frame, such as a picture in a tag


@dataclass(frozen=True)
class FrameHeader:
    """The fields in the four bytes of a frame header.

    Attributes:
        kind: version, layer and sample rate, which do not change within a file.
        size: bytes of the frame, its header included.
        n_samples: samples of each channel.
        is_mono: whether it has one channel.
    """

    kind: tuple[int, int, int]
    size: int
    n_samples: int
    is_mono: bool


@dataclass(frozen=True)
class Frames:
    """The frames of a file.

    Attributes:
        path: the file.
        ranges: where they are: one run of frames from each damaged place to the next.
        counts: frames that hold sound in each run.
        first: the header of the first frame.
        n_damaged: places with something else between two frames.
        tag: the first frame, if it is a length tag ("Xing" or "Info") and no sound.
    """

    path: Path
    ranges: list[Range]
    counts: list[int]
    first: FrameHeader
    n_damaged: int
    tag: bytes

    @property
    def count(self) -> int:
        """Frames that hold sound."""
        return sum(self.counts)

    @property
    def promised(self) -> int | None:
        """Frames that the length tag promises, if there is one."""
        return _promised(self.tag)

    @property
    def seconds(self) -> float:
        """How long the frames last."""
        return self.count * self.first.n_samples / self.first.kind[2]

    def is_as_promised(self) -> bool:
        """Whether a decoder can be left alone with the file."""
        return not self.n_damaged and self.promised == self.count and bool(self.ranges)

    def as_files(self) -> list[Callable[[], Sections]]:
        """Functions that open each run of frames, behind a tag that says how many they are.

        Behind a damaged place a frame lacks the bits that it borrows from the frames before it.
        A decoder of the whole file may give up there.
        """
        runs = list(zip(self.ranges, self.counts, strict=True))
        long = [run for run in runs if run[1] >= _FEWEST_FRAMES]
        return [partial(self._run, *run) for run in long or [max(runs, key=lambda run: run[1])]]

    def _run(self, span: Range, count: int) -> Sections:
        start, stop = span
        tag = self.tag if start == self.ranges[0][0] else b""
        if tag and _promised(tag) is not None:
            # The file's own tag also says what to cut off at both ends: only its count changes.
            return Sections(self.path, [span], {_count_at(tag): struct.pack(">I", count)})
        if self.first.kind[1] != 3:  # only MP3 has such a tag; the others have one bit rate
            return Sections(self.path, [span])
        prefix = _make_tag(self.path, start, count)
        return Sections(self.path, [(start + len(tag), stop)], prefix=prefix)


def read_frame_header(data: bytes) -> FrameHeader | None:
    """Read the four bytes at the head of a frame; None where they are none."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return None
    version, layer = data[1] >> 3 & 3, 4 - (data[1] >> 1 & 3)
    kbits_index, rate_index = data[2] >> 4, data[2] >> 2 & 3
    if version == 1 or layer == 4 or kbits_index in (0, 15) or rate_index == 3:
        return None
    rate = _RATES[version][rate_index]
    bits = 1000 * _KBITS[1 if version == 3 else 2, layer][kbits_index]
    padding = data[2] >> 1 & 1
    n_samples = {1: 384, 2: 1152, 3: 1152 if version == 3 else 576}[layer]
    if layer == 1:
        size = (12 * bits // rate + padding) * 4
    else:
        size = n_samples // 8 * bits // rate + padding
    return FrameHeader((version, layer, rate), size, n_samples, data[3] >> 6 == 3)


def find_frames(path: Path) -> Frames | None:
    """Find all frames of a file, or None where it has none.

    Args:
        path: any file.
    """
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        return _find_frames(path, data)


def _find_frames(path: Path, data: mmap) -> Frames | None:
    position = _first_frame(data)
    if position is None:
        return None
    first = read_frame_header(data[position : position + 4])
    tag = data[position : position + first.size]
    tag = tag if any(word in tag[:40] for word in (b"Xing", b"Info")) else b""
    ranges, counts, n_damaged = [], [], 0
    while position < len(data):
        header = read_frame_header(data[position : position + 4])
        if header is None or header.kind != first.kind:
            if data[position : position + 8].startswith((b"TAG", b"APETAGEX")):
                break  # tags at the end
            found = _next_frame(data, position + 1, first.kind)
            if found is None:
                break
            n_damaged += 1
            position = found
            continue
        end = position + header.size
        if end > len(data):  # the last frame is cut short
            break
        if ranges and ranges[-1][1] == position:
            ranges[-1] = (ranges[-1][0], end)
            counts[-1] += 1
        else:
            ranges.append((position, end))
            counts.append(0 if tag and len(ranges) == 1 else 1)
        position = end
    if sum(counts) < 1:
        return None
    return Frames(path, ranges, counts, first, n_damaged, tag)


def _first_frame(data: bytes) -> int | None:
    """Where the first frame is, behind the tags of other kinds."""
    position = 0
    while True:
        if data[position : position + 3] == b"ID3" and len(data) >= position + 10:
            size = 0
            for byte in data[position + 6 : position + 10]:
                size = size << 7 | byte & 127
            position += 10 + size + (10 if data[position + 5] & 16 else 0)
        elif data[position : position + 8] == b"APETAGEX":
            (size,) = struct.unpack("<I", data[position + 12 : position + 16].ljust(4, b"\0"))
            position += 32 + size
        else:
            break
    return _next_frame(data[: position + _FAR], position, None)


def _next_frame(data: bytes, position: int, kind: tuple[int, int, int] | None) -> int | None:
    """The next place where two frames of a kind follow each other, or one ends the file."""
    while (position := data.find(b"\xff", position)) >= 0:
        header = read_frame_header(data[position : position + 4])
        if header and header.size >= 8 and kind in (None, header.kind):
            end = position + header.size
            after = read_frame_header(data[end : end + 4])
            if (after and after.kind == header.kind) or (kind and end == len(data)):
                return position
        position += 1
    return None


def _count_at(tag: bytes) -> int:
    return max(tag.find(b"Xing"), tag.find(b"Info")) + 8


def _promised(tag: bytes) -> int | None:
    at = _count_at(tag)
    if not tag or len(tag) < at + 4 or not tag[at - 1] & 1:
        return None
    return struct.unpack(">I", tag[at : at + 4])[0]


def _make_tag(path: Path, start: int, count: int) -> bytes:
    """A frame without sound that holds the number of frames, as encoders write it."""
    with path.open("rb") as file:
        file.seek(start)
        head = bytearray(file.read(4))
    head[1] |= 1  # no checksum
    for index in range(1, 15):  # the smallest frame that has room
        head[2] = head[2] & 0b1101 | index << 4
        header = read_frame_header(bytes(head))
        side = {3: (32, 17)}.get(header.kind[0], (17, 9))[header.is_mono]
        if header.size >= 4 + side + 16:
            break
    return (bytes(head) + bytes(side) + b"Xing" + struct.pack(">II", 1, count)).ljust(
        header.size, b"\0"
    )
