"""A small composer that has learnt hardly anything, for tests."""

from dataclasses import replace
from functools import cache

from refimpl.audio import resample
from refimpl.codecs import NeuralCodecConfig
from refimpl.mel import MelConfig
from refimpl.text_to_music import Composer, melody_of
from refimpl.text_to_music.corpus import TuneCodes
from refimpl.text_to_music.fitting import fit_text_to_music, new_model
from refimpl.text_to_music.tunes import mixed_tunes
from refimpl.tinytunes.attributes import Attributes
from refimpl.tokenizer import AudioTokenizer
from refimpl.training import TrainingConfig

RATE = 8000
SMALL = {"n_layers": 1, "hidden_size": 32, "n_heads": 2, "ffn_hidden_size": 32}


def sound_of(tune):
    return resample(tune.render(), tune.sample_rate, RATE)


@cache
def small_tokenizer():
    sounds = [sound_of(tune) for tune in mixed_tunes("train", range(3))]
    mel = MelConfig(sample_rate=RATE, n_fft=1024, hop_length=320, n_mels=40)
    config = replace(NeuralCodecConfig.small(), mel=mel, steps=60)
    codec = config.fit(sounds, show=False)
    codec.notes |= {"layout": "delay", "vocabulary": "report"}
    return AudioTokenizer(codec)


@cache
def small_composer():
    tokenizer = small_tokenizer()
    rate = tokenizer.codec.step_rate
    model = new_model(tokenizer.layout, rate, context_length=180, **SMALL)
    tunes = list(mixed_tunes("train", range(6)))
    known = TuneCodes(
        [tokenizer.codec.encode(sound_of(tune)) for tune in tunes],
        [melody_of(tune, rate) for tune in tunes],
        [Attributes.of(tune.facts) for tune in tunes],
    )
    config = TrainingConfig(steps=4, validate_every=None, progress=False, device="cpu")
    fit_text_to_music(model, known, tokenizer.layout, config=config, batch_size=3)
    return Composer(model, tokenizer)
