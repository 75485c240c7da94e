"""A view of a file with some bytes removed or replaced, for a decoder to read."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

Range = tuple[int, int]  # first byte, and the byte after the last


class Sections(io.RawIOBase):
    """Concatenated byte ranges of a file, read as if they were a file.

    Nothing is copied: a decoder that takes a file object reads only the bytes that it needs.

    Args:
        path: the file.
        ranges: in the order in which they are read.
        replaced: positions in the new file, with the replacement bytes.
        prefix: bytes in front of all ranges; positions count from its first byte.
    """

    def __init__(
        self,
        path: Path,
        ranges: Sequence[Range],
        replaced: Mapping[int, bytes] | None = None,
        prefix: bytes = b"",
    ):
        self._file = path.open("rb")
        self._replaced = dict(replaced or {})
        self._prefix = prefix
        self._pieces: list[tuple[int, int, int]] = []  # start in here, end in here, start in file
        self._length = len(prefix)
        for start, stop in ranges:
            end = self._length + stop - start
            self._pieces.append((self._length, end, start))
            self._length = end
        self._position = 0
        self._piece = 0  # the one read last: reading goes on there, mostly

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, as in any file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def readinto(self, buffer: bytearray) -> int:
        """Fill a buffer as far as there are bytes."""
        view = memoryview(buffer).cast("B")
        begin = self._position
        while self._position < self._length and self._position - begin < len(view):
            data = self._some(len(view) - (self._position - begin))
            if not data:  # the file has become shorter meanwhile
                break
            at = self._position - begin
            view[at : at + len(data)] = data
            self._position += len(data)
        n_read = self._position - begin
        for place, data in self._replaced.items():
            for i, byte in enumerate(data, place - begin):
                if 0 <= i < n_read:
                    view[i] = byte
        return n_read

    def _some(self, size: int) -> bytes:
        """Bytes at the position, at most to the end of its piece."""
        if self._position < len(self._prefix):
            return self._prefix[self._position : self._position + size]
        start, end, source = self._find()
        self._file.seek(source + self._position - start)
        return self._file.read(min(size, end - self._position))

    def _find(self) -> tuple[int, int, int]:
        if self._pieces[self._piece][0] > self._position:
            self._piece = 0
        while self._pieces[self._piece][1] <= self._position:
            self._piece += 1
        return self._pieces[self._piece]

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
