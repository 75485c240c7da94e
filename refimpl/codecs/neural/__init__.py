"""Neural codecs: networks that see time and quantize what they see in several books of codes.

`quantizer` is the interface of the quantizers, and `quantizers` lists them: `residual`, with
low-dimensional codes in `projected`, `product`, `finite_scalar` and `two_level`. `convnext` is the
network's block, `network` the encoder and decoder around the quantizer, `fitting` trains them, with
the `emphasis` that melody and bass need, and `codec` turns frames into codes.

The waveform codec needs no frames: `waveform` and `istft_head` are its encoder and decoders,
`waveform_network` joins them to a quantizer, `waveform_fitting` trains them by `spectral_losses`
and, with `adversarial`, against `discriminators`, weighed by a `balancer`; `waveform_codec` turns
samples into codes. `vocoder` learns to turn mel frames into sound.
"""

from refimpl.codecs.neural.codec import NeuralCodec, NeuralCodecConfig
from refimpl.codecs.neural.convnext import ConvNeXtBlock
from refimpl.codecs.neural.emphasis import low_emphasis
from refimpl.codecs.neural.finite_scalar import FiniteScalarQuantizer
from refimpl.codecs.neural.fitting import FRAME_DISTANCE, fit_neural
from refimpl.codecs.neural.network import NeuralConfig, NeuralNetwork
from refimpl.codecs.neural.product import ProductQuantizer
from refimpl.codecs.neural.projected import ProjectedQuantizer
from refimpl.codecs.neural.quantizer import Quantizer
from refimpl.codecs.neural.quantizers import QuantizerConfig, make_quantizer
from refimpl.codecs.neural.residual import ResidualVectorQuantizer
from refimpl.codecs.neural.two_level import TwoLevelQuantizer
from refimpl.codecs.neural.waveform import WaveformConfig
from refimpl.codecs.neural.waveform_codec import WaveformCodec, WaveformCodecConfig
from refimpl.codecs.neural.waveform_network import WaveformNetwork

__all__ = [
    "FRAME_DISTANCE",
    "ConvNeXtBlock",
    "FiniteScalarQuantizer",
    "NeuralCodec",
    "NeuralCodecConfig",
    "NeuralConfig",
    "NeuralNetwork",
    "ProductQuantizer",
    "ProjectedQuantizer",
    "Quantizer",
    "QuantizerConfig",
    "ResidualVectorQuantizer",
    "TwoLevelQuantizer",
    "WaveformCodec",
    "WaveformCodecConfig",
    "WaveformConfig",
    "WaveformNetwork",
    "fit_neural",
    "low_emphasis",
    "make_quantizer",
]
