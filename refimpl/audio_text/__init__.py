"""A joint embedding of sounds and captions, which tells how well a text fits a sound.

`front_end` makes pictures of sounds, `sound_encoder` and `text_encoder` make vectors of both
(`sentence_encoder` is a frozen one beside it, and `caption_reader` one for models of music), and
`contrastive` is the loss that brings together what belongs together. `tags` are what captions
choose from, and `tag_loss` asks for them directly. `examples` are pairs to train on, some with
words that nobody knows (`fillers`), `fitting` trains, `saved` keeps, and `retrieval` asks what the
result can do.

>>> model = load_embedding()
>>> model.embed_captions(["a calm tune in G major on a flute"]).shape
(1, 128)
"""

from refimpl.audio_text.caption_reader import CaptionReader
from refimpl.audio_text.contrastive import CONTRASTIVE, contrastive_loss
from refimpl.audio_text.examples import Example, PairBatches
from refimpl.audio_text.fitting import analyse, fit_embedding, tune_clips
from refimpl.audio_text.front_end import semitone_spectrogram
from refimpl.audio_text.model import JointEmbedding
from refimpl.audio_text.retrieval import clap_scores, recall_at, zero_shot
from refimpl.audio_text.saved import load_embedding, save_embedding
from refimpl.audio_text.sentence_encoder import SentenceEncoder
from refimpl.audio_text.text_encoder import TextEncoder
from refimpl.audio_text.words import WordList, split_words

__all__ = [
    "CONTRASTIVE",
    "CaptionReader",
    "Example",
    "JointEmbedding",
    "PairBatches",
    "SentenceEncoder",
    "TextEncoder",
    "WordList",
    "analyse",
    "clap_scores",
    "contrastive_loss",
    "fit_embedding",
    "load_embedding",
    "recall_at",
    "save_embedding",
    "semitone_spectrogram",
    "split_words",
    "tune_clips",
    "zero_shot",
]
