"""The losses of a waveform codec in training, with a critic as its opponent or without.

Without: the codec's sound has to be close to the original, by its samples and by its spectra. With:
a discriminator learns to tell the two apart, the codec learns to deceive it and to look alike in
its layers. Each player has an optimizer, and the course's one loop trains both.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from refimpl.codecs.neural.balancer import Balancer
from refimpl.codecs.neural.discriminators import (
    MultiScaleDiscriminator,
    critic_loss,
    deception_loss,
    feature_loss,
)
from refimpl.codecs.neural.spectral_losses import mel_loss, stft_loss, waveform_loss
from refimpl.codecs.neural.waveform_network import WaveformNetwork
from refimpl.errors import UserError
from refimpl.training import Batch, Loss, Opponent

CLOSENESS = ("waveform", "mel", "stft")  # losses that need no critic
GAME = ("deception", "features")  # and those that do


def sound_loss(
    weights: Mapping[str, float],
    sample_rate: int,
    critic: MultiScaleDiscriminator | None = None,
) -> tuple[Loss, Balancer]:
    """The loss of a waveform codec, and the balancer in it, which is a callback of the training.

    Args:
        weights: shares of the gradient, by name: of `CLOSENESS` and, with a critic, of `GAME`.
        sample_rate: of the sounds, in Hz.
        critic: that the codec plays against; see `critic_of`.

    Returns:
        The loss, for batches of `audio` (B, n_samples), and its balancer.

    Raises:
        UserError: a weight for a loss that there is not, or that needs a critic.

    Source: Défossez et al. 2022, section 3.4. Taught in lesson 8.
    """
    known = CLOSENESS + (GAME if critic is not None else ())
    if unknown := weights.keys() - set(known):
        raise UserError(
            f"weights name {', '.join(sorted(unknown))}; known are {', '.join(CLOSENESS)}, and with"
            f" a critic {', '.join(GAME)}"
        )
    balancer = Balancer(weights)

    def measure(network: WaveformNetwork, batch: Batch) -> tuple[Tensor, Tensor]:
        audio = batch["audio"]
        decoded, of_quantizer = network(audio)
        losses = closeness(decoded, audio, sample_rate, weights)
        if critic is not None:
            losses |= game(critic, decoded, audio)
        losses = {name: loss for name, loss in losses.items() if weights.get(name)}
        n_rows = torch.tensor(len(audio), device=audio.device)
        # What the quantizer asks of the encoder is no loss of the sound: it stays as it is.
        return balancer(losses, decoded) + n_rows * of_quantizer, n_rows

    return Loss("distance of the sound", "weighted losses", "row", measure), balancer


def closeness(
    decoded: Tensor, audio: Tensor, sample_rate: int, names: Mapping[str, float]
) -> dict[str, Tensor]:
    """The losses of `CLOSENESS` that have a weight, (B,) each."""
    measures = {
        "waveform": lambda: waveform_loss(decoded, audio),
        "mel": lambda: mel_loss(decoded, audio, sample_rate),
        "stft": lambda: stft_loss(decoded, audio),
    }
    return {name: measure() for name, measure in measures.items() if names.get(name)}


def game(critic: MultiScaleDiscriminator, decoded: Tensor, audio: Tensor) -> dict[str, Tensor]:
    """The losses of `GAME`, (B,) each; their gradient goes to `decoded`."""
    with torch.no_grad():
        real = critic(audio)
    judged = critic(decoded)
    return {"deception": deception_loss(judged), "features": feature_loss(real, judged)}


def critic_of(
    network: WaveformNetwork, critic: MultiScaleDiscriminator, *, learning_rate: float | None = None
) -> Opponent:
    """Make a discriminator the opponent of a codec's training.

    Args:
        network: the codec's; the critic judges its sounds, and gives it no gradient.
        critic: that is trained.
        learning_rate: of the critic; None: as the codec's.

    Source: Défossez et al. 2022, section 3.4. Taught in lesson 8.
    """

    def measure(model: MultiScaleDiscriminator, batch: Batch) -> tuple[Tensor, Tensor]:
        audio = batch["audio"]
        was_training = network.training
        network.eval()  # the codes move in the codec's own step, and not in this one too
        with torch.no_grad():
            decoded, _ = network(audio)
        network.train(was_training)
        # One pass for both, so that several processes wait for one gradient.
        both = model(torch.cat([audio, decoded]))
        real = [(scores[: len(audio)], []) for scores, _ in both]
        false = [(scores[len(audio) :], []) for scores, _ in both]
        return critic_loss(real, false).sum(), torch.tensor(len(audio), device=audio.device)

    # Both running means are short: the opponent that they were taken against has changed since.
    loss = Loss("critic's hinge loss", "points", "row", measure)
    return Opponent(critic, loss, learning_rate=learning_rate, betas=(0.5, 0.9))
