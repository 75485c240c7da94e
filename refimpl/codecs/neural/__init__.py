"""Neural codecs: networks that see time and quantize what they see in several books of codes.

`quantizer` is the interface of the quantizers, and `quantizers` lists them: `residual`, with
low-dimensional codes in `projected`. `convnext` is the network's block, `network` the encoder and
decoder around the quantizer, `fitting` trains them, and `codec` turns frames into codes.
"""

from refimpl.codecs.neural.codec import NeuralCodec, NeuralCodecConfig
from refimpl.codecs.neural.convnext import ConvNeXtBlock
from refimpl.codecs.neural.fitting import FRAME_DISTANCE, fit_neural
from refimpl.codecs.neural.network import NeuralConfig, NeuralNetwork
from refimpl.codecs.neural.projected import ProjectedQuantizer
from refimpl.codecs.neural.quantizer import Quantizer
from refimpl.codecs.neural.quantizers import QuantizerConfig, make_quantizer
from refimpl.codecs.neural.residual import ResidualVectorQuantizer

__all__ = [
    "FRAME_DISTANCE",
    "ConvNeXtBlock",
    "NeuralCodec",
    "NeuralCodecConfig",
    "NeuralConfig",
    "NeuralNetwork",
    "ProjectedQuantizer",
    "Quantizer",
    "QuantizerConfig",
    "ResidualVectorQuantizer",
    "fit_neural",
    "make_quantizer",
]
