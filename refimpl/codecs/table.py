"""All codecs by the name of their kind. A new codec is a line here."""

from dataclasses import fields
from pathlib import Path

from refimpl.codecs.codebook import Codebook
from refimpl.codecs.codec import Codec, CodecConfig, CodecError
from refimpl.codecs.files import read_codec
from refimpl.codecs.neural import NeuralCodec, WaveformCodec
from refimpl.codecs.notes import CompoundCodec, MidiCodec
from refimpl.codecs.vqvae import VQVAE
from refimpl.errors import suggest

CODECS: dict[str, type[Codec]] = {
    "kmeans": Codebook,
    "vqvae": VQVAE,
    "neural": NeuralCodec,
    "waveform": WaveformCodec,
    "notes": CompoundCodec,
    "midi": MidiCodec,
}


def codec_class(kind: str) -> type[Codec]:
    """Return the class of a kind of codec.

    Raises:
        CodecError: there is none of that name.
    """
    if kind not in CODECS:
        raise CodecError(f"there is no codec of kind {kind!r}; {suggest(kind, CODECS)}")
    return CODECS[kind]


def codec_config(kind: str, *, like: CodecConfig | None = None) -> CodecConfig:
    """Return the settings of a kind of codec.

    Args:
        kind: a name in `CODECS`.
        like: settings of another kind. Those with the same name in both keep their value; all
            others get their default.

    Raises:
        CodecError: there is none of that name.
    """
    config_class = codec_class(kind).config_class
    kept = {} if like is None else {field.name: getattr(like, field.name) for field in fields(like)}
    known = {field.name for field in fields(config_class)} - {"kind"}
    return config_class(**{name: kept[name] for name in known & kept.keys()})


def load_codec(path: str | Path) -> Codec:
    """Load any codec from the file that its `save` wrote.

    Args:
        path: a codec's file, such as `codebook.npz` or `vqvae.safetensors`.

    Returns:
        The codec, of the class that the file's header names.

    Raises:
        CodecError: no such file, or one that is damaged or holds no known codec.

    Taught in lesson 3.
    """
    header, _ = read_codec(path)
    if header["kind"] not in CODECS:
        raise CodecError(
            f"{path}: holds a codec of kind {header['kind']!r:.40}; known are {', '.join(CODECS)}"
        )
    return CODECS[header["kind"]].load(path)


def find_codec(folder: str | Path) -> Path | None:
    """Return the codec's file in a folder, of whatever kind; None where there is none."""
    paths = (Path(folder) / one.file_name for one in CODECS.values())
    return next((path for path in paths if path.is_file()), None)
