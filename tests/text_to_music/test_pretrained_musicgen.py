"""MusicGen through `transformers`, as a tiny random model that the tests save."""

import os

import numpy as np
import pytest
import torch

from refimpl.errors import UserError
from refimpl.text_to_music.pretrained import PretrainedMusicGen

if os.environ.get("REFIMPL_REQUIRE_TRANSFORMERS"):
    import transformers
else:
    transformers = pytest.importorskip("transformers")

RATE, N_BOOKS, N_CODES, WIDTH = 8000, 4, 32, 16
WORDS = ("<pad>", "</s>", "<unk>", "a", "slow", "tune", "with", "drums")
TEXTS = ["a slow tune", "drums"]


def tokenizer():
    from tokenizers import Tokenizer, models, pre_tokenizers

    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, "<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>")


def model(**decoder):
    torch.manual_seed(0)
    text = transformers.T5Config(
        vocab_size=len(WORDS), d_model=12, d_kv=6, d_ff=16, num_layers=1, num_heads=2
    )
    audio = transformers.EncodecConfig(
        num_filters=4,
        hidden_size=WIDTH,
        codebook_size=N_CODES,
        num_lstm_layers=1,
        upsampling_ratios=[4, 4, 2],
        sampling_rate=RATE,
        target_bandwidths=[5.0],
    )
    given = {
        "vocab_size": N_CODES,
        "hidden_size": WIDTH,
        "ffn_dim": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_codebooks": N_BOOKS,
        "max_position_embeddings": 64,
        "pad_token_id": N_CODES,
        "bos_token_id": N_CODES,
        "initializer_factor": 0.5,  # so that what it reads matters
    }
    made = transformers.MusicgenForConditionalGeneration(
        transformers.MusicgenConfig(
            text_encoder=text.to_dict(),
            audio_encoder=audio.to_dict(),
            decoder=transformers.MusicgenDecoderConfig(**given | decoder).to_dict(),
        )
    )
    options = made.generation_config
    options.pad_token_id = options.bos_token_id = options.decoder_start_token_id = N_CODES
    return made.eval()


@pytest.fixture(scope="module")
def musicgen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("musicgen")
    model().save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return PretrainedMusicGen.load(folder, download=False)


def theirs(musicgen, texts, n_steps, scale, monkeypatch):
    """The codes that the library writes, greedily: a (n_steps, n_streams) array a text."""
    read = musicgen.tokenizer(texts, return_tensors="pt", padding=True)
    seen = []
    decode = musicgen.model.audio_encoder.decode

    def watched(audio_codes, **options):
        seen.append(audio_codes)  # (1, B, K, n_steps)
        return decode(audio_codes=audio_codes, **options)

    with monkeypatch.context() as patch:
        patch.setattr(musicgen.model.audio_encoder, "decode", watched)
        musicgen.model.generate(
            input_ids=read["input_ids"],
            attention_mask=read["attention_mask"],
            do_sample=False,
            guidance_scale=scale,
            max_new_tokens=musicgen.layout.n_tokens(n_steps),
        )
    return [codes.T.numpy() for codes in seen[0][0]]


def ours(musicgen, texts, n_steps, scale):
    seconds = n_steps / musicgen.codec.step_rate
    return musicgen.write_codes(texts, seconds=seconds, guidance=scale, temperature=0.0)


@pytest.mark.parametrize("scale", [1.0, 3.0, 8.0])
def test_our_loop_writes_the_librarys_tokens(musicgen, monkeypatch, scale):
    expected = theirs(musicgen, TEXTS, 12, scale, monkeypatch)
    written = ours(musicgen, TEXTS, 12, scale)
    for one, other in zip(written, expected, strict=True):
        assert np.array_equal(one, other)
    assert len(np.unique(written[0])) > 2  # or else it would prove little


def test_text_and_scale_change_what_is_written(musicgen):
    one, other = ours(musicgen, TEXTS, 12, 3.0)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one, ours(musicgen, TEXTS, 12, 8.0)[0])


def test_our_delay_is_the_librarys_pattern(musicgen):
    n_steps, layout = 9, musicgen.layout
    codes = np.random.default_rng(0).integers(0, N_CODES, (n_steps, N_BOOKS))
    rows = layout.vocabulary.frame(layout.to_tokens(codes))[:-1]  # from <|START|> on
    library = musicgen.model.decoder
    first = torch.full((N_BOOKS, 1), N_CODES)
    start, mask = library.build_delay_pattern_mask(first, N_CODES, max_length=len(rows))
    undecided = mask.numpy().T == -1  # (n_rows, n_streams)
    assert start.shape[1] == 1
    assert np.array_equal(undecided, layout.vocabulary.is_code(rows))
    # Whatever the model says, the mask keeps our codes and puts its padding where we have none.
    said = torch.from_numpy(np.where(undecided, rows, 7)).T
    kept = library.apply_delay_pattern_mask(said, mask)
    assert np.array_equal(kept.numpy().T, np.minimum(rows, N_CODES))
    flat = kept[kept != N_CODES].reshape(N_BOOKS, n_steps)  # the library's way to undo it
    assert np.array_equal(flat.numpy().T, layout.to_codes(rows[1:]))


def test_our_guidance_is_the_librarys(musicgen):
    from transformers.generation.logits_process import ClassifierFreeGuidanceLogitsProcessor

    from refimpl.conditioning import Guided

    guided = Guided(musicgen.backbone, musicgen.condition(TEXTS), scale=3.0)
    hidden = torch.randn(2, 2 * WIDTH)
    given, free = (musicgen.backbone.scores(half) for half in hidden.chunk(2, dim=-1))
    expected = ClassifierFreeGuidanceLogitsProcessor(3.0)(
        torch.zeros(2 * N_BOOKS, 1), torch.cat([given.flatten(0, 1), free.flatten(0, 1)])
    )
    assert torch.allclose(guided.scores(hidden).flatten(0, 1), expected)


def test_it_becomes_sound(musicgen):
    (sound,) = musicgen.write(["a slow tune"], seconds=0.1, seed=1)
    n_steps = round(0.1 * musicgen.codec.step_rate)
    assert sound.shape == (n_steps * musicgen.codec.hop_length,) and np.isfinite(sound).all()


def test_a_cache_changes_nothing(musicgen):
    ids = torch.randint(0, N_CODES, (2, 5, N_BOOKS))
    whole = musicgen.backbone.hidden_states(ids)
    state = musicgen.backbone.start(2)
    parts = [musicgen.backbone.hidden_states(ids[:, a:b], state=state) for a, b in ((0, 3), (3, 5))]
    assert state.length == 5 and torch.allclose(torch.cat(parts, dim=1), whole, atol=1e-5)


def test_what_cannot_be_used_is_refused(tmp_path):
    with pytest.raises(UserError, match="two channels"):
        PretrainedMusicGen(model(num_codebooks=8, audio_channels=2), tokenizer())
    with pytest.raises(UserError, match="no name on the Hub"):
        PretrainedMusicGen.load("musicgen")
    with pytest.raises(UserError, match="not within reach"):
        PretrainedMusicGen.load(tmp_path, download=False)
