"""The smallest soundfont: one instrument, a sine wave that repeats for ever."""

import struct

import numpy as np

RATE, PERIOD = 44_100, 100  # samples: 441 Hz, for MIDI pitch 69
N = 40 * PERIOD
# Numbers of generators in the file's format: which sample, whether it repeats, which instrument.
SAMPLE_ID, SAMPLE_MODES, INSTRUMENT = 53, 54, 41


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def listed(name: bytes, *chunks: bytes) -> bytes:
    return chunk(b"LIST", name + b"".join(chunks))


def text(words: str) -> bytes:
    return words.encode().ljust(20, b"\0")


def tiny_soundfont(programs=(0,), level=0.5) -> bytes:
    """The bytes of a soundfont with a sine wave for each program of General MIDI.

    Source: the format is that of the SoundFont technical specification 2.01, section 7.
    """
    wave = level * np.sin(2 * np.pi * np.arange(N) / PERIOD)
    samples = np.concatenate([np.round(32767 * wave), np.zeros(46)]).astype("<i2").tobytes()
    presets = b"".join(
        struct.pack("<20sHHHIII", text(f"program {p}"), p, 0, i, 0, 0, 0)
        for i, p in enumerate(programs)
    )
    last = len(programs)
    presets += struct.pack("<20sHHHIII", text("EOP"), 0, 0, last, 0, 0, 0)
    zones = b"".join(struct.pack("<HH", i, 0) for i in range(last + 1))
    chosen = struct.pack("<HH", INSTRUMENT, 0) * last + bytes(4)
    repeated = struct.pack("<HHHH", SAMPLE_MODES, 1, SAMPLE_ID, 0) + bytes(4)
    head = struct.pack("<20sIIIIIBbHH", text("sine"), 0, N, PERIOD, N - PERIOD, RATE, 69, 0, 0, 1)
    return chunk(
        b"RIFF",
        b"sfbk"
        + listed(
            b"INFO",
            chunk(b"ifil", struct.pack("<HH", 2, 1)),
            chunk(b"isng", b"EMU8000\0"),
            chunk(b"INAM", b"tiny\0\0"),
        )
        + listed(b"sdta", chunk(b"smpl", samples))
        + listed(
            b"pdta",
            chunk(b"phdr", presets),
            chunk(b"pbag", zones),
            chunk(b"pmod", bytes(10)),
            chunk(b"pgen", chosen),
            chunk(
                b"inst", text("sine") + struct.pack("<H", 0) + text("EOI") + struct.pack("<H", 1)
            ),
            chunk(b"ibag", struct.pack("<HHHH", 0, 0, 2, 0)),
            chunk(b"imod", bytes(10)),
            chunk(b"igen", repeated),
            chunk(b"shdr", head + text("EOS") + bytes(26)),
        ),
    )
