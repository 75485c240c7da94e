"""Codecs: sound to codes and back.

`codec` is their interface, `table` lists them, and `mel_codec` is what those on mel frames share:
`codebook` finds codes by k-means (`clustering`), `vqvae` learns them together with a network, and
`neural` with one that sees time, for several bit rates, or with one that hears samples. Both are
`trained` on `windows` of frames (`code_training`). `notes` reads the notes of a clip instead of its
sound. `familiarity` tells whether a codec knows such sounds.
`classical` is MP3, Opus and Vorbis, to compare with; `rates` computes those of published codecs.
"""

from refimpl.codecs.classical import CLASSICAL, Compressed, compress, find_delay
from refimpl.codecs.clustering import (
    StreamSample,
    TooFewFramesError,
    kmeans,
    nearest,
    sample_stream,
)
from refimpl.codecs.codebook import Codebook, CodebookConfig
from refimpl.codecs.codec import (
    Codec,
    CodecConfig,
    CodecError,
    ReadsNotes,
    check_codes,
    encode_clip,
)
from refimpl.codecs.familiarity import FAR, distance_from_codes, warning_of_distance
from refimpl.codecs.mel_codec import MelCodec, MelCodecConfig, check_frames
from refimpl.codecs.neural import (
    NeuralCodec,
    NeuralCodecConfig,
    NeuralConfig,
    NeuralNetwork,
    QuantizerConfig,
    ResidualVectorQuantizer,
    WaveformCodec,
    WaveformCodecConfig,
    WaveformConfig,
    WaveformNetwork,
)
from refimpl.codecs.normaliser import NORMALISATIONS, make_normaliser
from refimpl.codecs.notes import CompoundCodec, CompoundConfig, MidiCodec, MidiConfig
from refimpl.codecs.rates import PUBLISHED, Published, code_rate, published, quoted_figures
from refimpl.codecs.table import CODECS, codec_class, codec_config, find_codec, load_codec
from refimpl.codecs.vqvae import (
    VQVAE,
    Quantized,
    VectorQuantizer,
    VQVAECodecConfig,
    VQVAEConfig,
    VQVAENetwork,
)

__all__ = [
    "CLASSICAL",
    "CODECS",
    "FAR",
    "NORMALISATIONS",
    "PUBLISHED",
    "VQVAE",
    "Codebook",
    "CodebookConfig",
    "Codec",
    "CodecConfig",
    "CodecError",
    "CompoundCodec",
    "CompoundConfig",
    "Compressed",
    "MelCodec",
    "MelCodecConfig",
    "MidiCodec",
    "MidiConfig",
    "NeuralCodec",
    "NeuralCodecConfig",
    "NeuralConfig",
    "NeuralNetwork",
    "Published",
    "Quantized",
    "QuantizerConfig",
    "ReadsNotes",
    "ResidualVectorQuantizer",
    "StreamSample",
    "TooFewFramesError",
    "VQVAECodecConfig",
    "VQVAEConfig",
    "VQVAENetwork",
    "VectorQuantizer",
    "WaveformCodec",
    "WaveformCodecConfig",
    "WaveformConfig",
    "WaveformNetwork",
    "check_codes",
    "check_frames",
    "code_rate",
    "codec_class",
    "codec_config",
    "compress",
    "encode_clip",
    "find_codec",
    "find_delay",
    "kmeans",
    "load_codec",
    "make_normaliser",
    "nearest",
    "published",
    "quoted_figures",
    "sample_stream",
    "distance_from_codes",
    "warning_of_distance",
]
