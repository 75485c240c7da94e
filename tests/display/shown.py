"""What a browser makes of a player or a picture, and a sound to show."""

import base64
import io
from html.parser import HTMLParser

import numpy as np
import soundfile
from PIL import Image

RATE = 22050


def tone(frequency=440.0, seconds=1.0, rate=RATE, amplitude=0.5):
    times = np.arange(round(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * frequency * times)).astype(np.float32)


class Tags(HTMLParser):
    """All tags of a piece of HTML with their attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data

    def one(self, tag):
        (attributes,) = [found for name, found in self.tags if name == tag]
        return attributes


def heard(player):
    """What a browser would decode from the player's HTML: audio and sample rate."""
    source = Tags(player._repr_html_()).one("audio")["src"]
    prefix = "data:audio/mpeg;base64,"
    assert source.startswith(prefix)
    return soundfile.read(io.BytesIO(base64.b64decode(source.removeprefix(prefix))))


def pixels(picture):
    """What a browser would show of the picture: (height, width, 4) from 0 to 1."""
    source = Tags(picture._repr_html_()).one("img")["src"]
    prefix = "data:image/webp;base64,"
    assert source.startswith(prefix)
    webp = io.BytesIO(base64.b64decode(source.removeprefix(prefix)))
    return np.asarray(Image.open(webp).convert("RGBA")) / 255


def untrained_books(n_books):
    """A neural codec that has learnt nothing: more of its books make another sound."""
    import torch

    from refimpl.codecs import NeuralCodec, NeuralConfig, QuantizerConfig
    from refimpl.codecs.neural.network import NeuralNetwork
    from refimpl.mel import MelConfig

    torch.manual_seed(0)
    mel = MelConfig(n_fft=1024, hop_length=512, n_mels=40)
    quantizer = QuantizerConfig(n_books=n_books, n_codes=16)
    config = NeuralConfig(width=16, encoder_blocks=1, decoder_blocks=1, quantizer=quantizer)
    network = NeuralNetwork(40, config)
    return NeuralCodec(mel, network, np.full(40, -40.0), np.full(40, 20.0))


PARTS = {"A": (69, 71, 73, 74), "B": (57, 59, 61, 62), "C": (64, 62, 60, 57)}  # MIDI pitches


def bars_as(form, beat=480):
    """Notes and bar lines of a tune whose bars are those of PARTS, four notes each."""
    pitches = [pitch for part in form for pitch in PARTS[part]]
    notes = [(i * beat, beat, pitch, 0) for i, pitch in enumerate(pitches)]
    return np.array(notes), np.arange(len(form) + 1) * 4 * beat
