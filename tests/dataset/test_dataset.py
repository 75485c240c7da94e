"""Token datasets: written once, resumed after a stop, refused when they do not fit."""

import json
import time
from functools import partial

import numpy as np
import pytest

from refimpl.audio import Clip
from refimpl.codecs import Codebook
from refimpl.dataset import DatasetError, TokenDataset, tokenize_corpus
from refimpl.errors import UserError
from refimpl.layouts import LAYOUTS, Flat, make_layout
from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.tokenizer import AudioTokenizer, Vocabulary
from refimpl.training import ValidationBatches
from tests.holding import held_by_another

MEL = MelConfig(sample_rate=8000, n_fft=256, hop_length=128, n_mels=16)


def make_audio(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1000, 5000))
    return (0.1 * rng.standard_normal(n) * np.linspace(0, 1, n)).astype(np.float32)


def make_clips(n, first_seed=0):
    return [(f"clip {i}", make_audio(first_seed + i)) for i in range(n)]


@pytest.fixture(scope="module")
def tokenizer():
    frames = (mel_spectrogram(make_audio(s), MEL) for s in range(10))
    return AudioTokenizer(Codebook.fit(frames, MEL, n_clusters=24))


class Counting:
    """A tokenizer whose codec counts how often it encodes, and may be stopped meanwhile."""

    def __init__(self, tokenizer, stop_after=None):
        self.tokenizer, self.n_encoded, self.stop_after = tokenizer, 0, stop_after
        self.codec = CountingCodec(self)

    def __getattr__(self, name):
        return getattr(self.tokenizer, name)

    def count(self):
        if self.n_encoded == self.stop_after:
            raise KeyboardInterrupt
        self.n_encoded += 1


class CountingCodec:
    def __init__(self, counting):
        self.counting = counting

    def __getattr__(self, name):
        return getattr(self.counting.tokenizer.codec, name)

    def encode(self, audio):
        self.counting.count()
        return self.counting.tokenizer.codec.encode(audio)


def assert_same(dataset, clips, tokenizer):
    assert len(dataset) == len(clips) and dataset.names == [name for name, _ in clips]
    for ids, (_, audio) in zip(dataset, clips, strict=True):
        assert ids.dtype == np.int64 and np.array_equal(ids, tokenizer.encode(audio))


@pytest.mark.parametrize("shard_tokens", [1, 100, 10**9])
def test_a_dataset_gives_each_clip_s_tokens(tokenizer, tmp_path, shard_tokens):
    clips = make_clips(9)
    dataset = tokenize_corpus(iter(clips), tokenizer, tmp_path, shard_tokens=shard_tokens)
    assert_same(dataset, clips, tokenizer)
    assert_same(TokenDataset(tmp_path, tokenizer), clips, tokenizer)
    n_samples = sum(len(audio) for _, audio in clips)
    assert dataset.seconds == pytest.approx(n_samples / 8000, abs=1e-4)
    assert dataset.n_tokens == sum(len(ids) for ids in dataset) == dataset.lengths.sum()
    assert dataset.vocabulary == tokenizer.vocabulary
    assert np.array_equal(dataset[-1], dataset[8])
    assert [path.name for path in tmp_path.glob(".*")] == [".lock"], (
        "temporary files are left behind"
    )


@pytest.mark.parametrize("shard_tokens", [1, 20, 50, 10**9])
def test_a_shard_is_closed_by_the_clip_that_fills_it(tokenizer, tmp_path, shard_tokens):
    clips = make_clips(9)
    tokenize_corpus(clips, tokenizer, tmp_path, shard_tokens=shard_tokens)
    sizes, filled = [], 0
    for _, audio in clips:
        filled += len(tokenizer.encode(audio))
        if filled >= shard_tokens:
            sizes.append(filled)
            filled = 0
    written = [len(np.load(path)) for path in sorted(tmp_path.glob("tokens-*.npy"))]
    assert written == sizes + [filled] * (filled > 0)


@pytest.mark.parametrize(
    ("seconds", "n_kept"), [(7.0, [0, 0, 0, 3, 3, 3]), (21.0, [0, 1, 2, 3, 4, 5])]
)
def test_a_kill_costs_at_most_some_seconds_of_work(
    tokenizer, tmp_path, monkeypatch, seconds, n_kept
):
    """Each clip takes so many seconds by a clock of the test's own."""
    seen, clock = [], iter(range(10**6))

    class Looking(Counting):
        def count(self):
            manifest = json.loads((tmp_path / "manifest.json").read_text())
            seen.append(len(manifest["names"]))
            now[0] += seconds
            super().count()

    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0] + 1e-9 * next(clock))
    tokenize_corpus(make_clips(6), Looking(tokenizer), tmp_path, show=False)
    assert seen == n_kept


def test_indices_outside_are_an_index_error(tokenizer, tmp_path):
    dataset = tokenize_corpus(make_clips(3), tokenizer, tmp_path)
    for index in (3, -4):
        with pytest.raises(IndexError, match="3 clips"):
            dataset[index]


def known_clips():
    """Clips with captions and facts; one knows nothing, and one is made when it is heard."""
    return [
        Clip("a", make_audio(1), 8000, "a slow tune", {"key": "G major", "tempo": 60.0}),
        Clip("b", partial(make_audio, 2), 8000, facts={"instruments": {"bass": "organ"}}),
        ("c", make_audio(3)),
    ]


@pytest.mark.parametrize("n_processes", [1, 2])
def test_what_is_known_of_a_clip_reaches_the_batch(tokenizer, tmp_path, n_processes):
    clips = known_clips()
    tokenize_corpus(clips[:1], tokenizer, tmp_path)
    dataset = tokenize_corpus(clips, tokenizer, tmp_path, n_processes=n_processes)
    assert_same(dataset, [(name, make_audio(i)) for i, name in enumerate("abc", 1)], tokenizer)
    assert [one.caption for one in dataset.metadata] == ["a slow tune", "", ""]
    facts = [one.facts for one in dataset.metadata]
    assert facts == [clips[0].facts, clips[1].facts, {}]
    (batch,) = ValidationBatches(dataset, 3, 4096, clips=dataset.metadata)
    assert batch["clips"] == dataset.metadata


def test_a_dataset_from_before_facts_were_kept_knows_none(tokenizer, tmp_path):
    tokenize_corpus(known_clips(), tokenizer, tmp_path)
    path = tmp_path / "manifest.json"
    content = json.loads(path.read_text())
    del content["captions"], content["facts"]
    path.write_text(json.dumps(content))
    assert [(one.caption, one.facts) for one in TokenDataset(tmp_path).metadata] == [("", {})] * 3
    content["captions"] = ["only one"]
    path.write_text(json.dumps(content))
    with pytest.raises(DatasetError, match="contradict"):
        TokenDataset(tmp_path)


@pytest.mark.parametrize("stop_after", [0, 1, 5])
def test_a_stopped_run_goes_on_without_doing_anything_twice(tokenizer, tmp_path, stop_after):
    clips = make_clips(8)
    with pytest.raises(KeyboardInterrupt):
        tokenize_corpus(clips, Counting(tokenizer, stop_after), tmp_path, shard_tokens=60)
    with pytest.raises(DatasetError, match=f"unfinished, {stop_after} clips"):
        TokenDataset(tmp_path)
    counting = Counting(tokenizer)
    dataset = tokenize_corpus(clips, counting, tmp_path, shard_tokens=60)
    assert_same(dataset, clips, tokenizer)
    # One clip is encoded again to see that it is still the same.
    assert counting.n_encoded == 8 - stop_after + min(stop_after, 1)


def test_a_kill_between_shard_and_manifest_loses_only_that_shard(tokenizer, tmp_path):
    clips = make_clips(6)
    tokenize_corpus(clips[:3], tokenizer, tmp_path, shard_tokens=1)
    # The shard was written, the process killed before the manifest was.
    np.save(tmp_path / "tokens-00003.npy", np.zeros(7, dtype=np.uint16))
    (tmp_path / ".tokens-00004.npy.abc.npy").write_bytes(b"half a shard")
    assert_same(tokenize_corpus(clips, tokenizer, tmp_path, shard_tokens=1), clips, tokenizer)
    assert [path.name for path in tmp_path.glob(".*")] == [".lock"]


def test_two_processes_never_write_into_one_folder(tokenizer, tmp_path):
    tokenize_corpus(make_clips(3), tokenizer, tmp_path, shard_tokens=1)
    writing = tmp_path / ".tokens-00003.npy.abc.npy"  # by the first one
    writing.write_bytes(b"half a shard")
    with (
        held_by_another(tmp_path),
        pytest.raises(UserError, match="another process is tokenizing into"),
    ):
        tokenize_corpus(make_clips(5), tokenizer, tmp_path, shard_tokens=1)
    assert writing.exists() and len(TokenDataset(tmp_path)) == 3
    assert_same(tokenize_corpus(make_clips(5), tokenizer, tmp_path), make_clips(5), tokenizer)


def test_a_second_run_adds_what_is_new(tokenizer, tmp_path):
    tokenize_corpus(make_clips(3), tokenizer, tmp_path)
    counting = Counting(tokenizer)
    assert_same(tokenize_corpus(make_clips(5), counting, tmp_path), make_clips(5), tokenizer)
    assert counting.n_encoded == 2 + 1


def test_clips_that_cannot_be_tokenized_are_skipped_and_listed(tokenizer, tmp_path):
    clips = make_clips(4)
    clips[2] = ("broken", np.full(2000, np.nan, dtype=np.float32))
    for _ in range(2):  # the second time resumes, over the gap
        dataset = tokenize_corpus(clips, tokenizer, tmp_path)
        assert dataset.names == ["clip 0", "clip 1", "clip 3"]
        assert [s[:2] for s in dataset.skipped] == [[2, "broken"]]
    assert_same(dataset, [clips[0], clips[1], clips[3]], tokenizer)


def test_what_the_stream_left_out_is_listed(tokenizer, tmp_path):
    class Folder(list):
        skipped = [("some/file.wav", "is empty")]

    dataset = tokenize_corpus(Folder(make_clips(2)), tokenizer, tmp_path)
    assert dataset.left_out == [["some/file.wav", "is empty"]]


def test_nothing_to_tokenize_is_an_error(tokenizer, tmp_path):
    with pytest.raises(DatasetError, match="no clips"):
        tokenize_corpus([], tokenizer, tmp_path / "a")
    with pytest.raises(DatasetError, match="none of 1 clips .* 'x'"):
        tokenize_corpus([("x", np.full(2000, np.nan))], tokenizer, tmp_path / "b")


def test_two_processes_give_the_same_dataset(tokenizer, tmp_path):
    clips = make_clips(12)
    assert_same(tokenize_corpus(clips, tokenizer, tmp_path, n_processes=2), clips, tokenizer)


@pytest.fixture(scope="module")
def two_stages():
    frames = (mel_spectrogram(make_audio(s), MEL) for s in range(10))
    return Codebook.fit(frames, MEL, n_clusters=8, n_stages=2)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_same_codes_are_read_with_any_layout(two_stages, tmp_path, name):
    clips = make_clips(4)
    tokenize_corpus(clips, AudioTokenizer(two_stages), tmp_path, shard_tokens=60)
    tokenizer = AudioTokenizer(two_stages, layout=name)
    dataset = TokenDataset(tmp_path, tokenizer)
    assert_same(dataset, clips, tokenizer)
    for i, (_, audio) in enumerate(clips):
        assert np.array_equal(dataset.codes(i), two_stages.encode(audio))
        assert len(dataset[i]) == dataset.lengths[i] and len(dataset.codes(i)) == dataset.steps[i]
    layout = make_layout(name, two_stages.stream_sizes)
    assert np.array_equal(TokenDataset(tmp_path, layout=layout)[2], dataset[2])
    tokenize_corpus(make_clips(6), tokenizer, tmp_path)  # and with any of them it goes on


def as_version_1(folder):
    """What this package wrote before codes had streams: rows of ids, and their vocabulary."""
    manifest = json.loads((folder / "manifest.json").read_text())
    sizes = manifest.pop("stream_sizes")
    flat = Flat(sizes, manifest["vocabulary"])
    for number, n_steps in enumerate(manifest["shards"]):
        path = folder / f"tokens-{number:05d}.npy"
        ids = flat.to_tokens(np.load(path))[:, 0].astype(manifest["dtype"])
        manifest["shards"][number] = n_steps * len(sizes)
        np.save(path, ids)
    manifest["lengths"] = [n * len(sizes) for n in manifest["lengths"]]
    manifest |= {"vocabulary": flat.vocabulary.to_dict(), "version": 1}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_dataset_of_version_1_is_read_and_goes_on(tokenizer, tmp_path):
    clips = make_clips(7)
    tokenize_corpus(clips[:4], tokenizer, tmp_path, shard_tokens=60)
    as_version_1(tmp_path)
    assert_same(TokenDataset(tmp_path, tokenizer), clips[:4], tokenizer)
    assert_same(tokenize_corpus(clips, tokenizer, tmp_path), clips, tokenizer)


def test_of_several_streams_version_1_is_read_as_one_row_or_refused(two_stages, tmp_path):
    clips, tokenizer = make_clips(3), AudioTokenizer(two_stages)
    tokenize_corpus(clips, tokenizer, tmp_path)
    as_version_1(tmp_path)
    assert_same(TokenDataset(tmp_path), clips, tokenizer)
    with pytest.raises(DatasetError, match="streams of codes as one, and the codec has 2"):
        TokenDataset(tmp_path, tokenizer)


def test_tokens_of_another_codec_or_vocabulary_are_refused(tokenizer, tmp_path):
    tokenize_corpus(make_clips(3), tokenizer, tmp_path)
    frames = mel_spectrogram(make_audio(77), MEL)
    other_codec = AudioTokenizer(Codebook.fit(frames, MEL, n_clusters=8))
    other_words = AudioTokenizer(tokenizer.codec, Vocabulary(24, "report"))
    for other, reason in ((other_codec, other_codec.codec.fingerprint), (other_words, "report")):
        with pytest.raises(DatasetError, match=reason):
            TokenDataset(tmp_path, other)
        with pytest.raises(DatasetError, match=reason):
            tokenize_corpus(make_clips(3), other, tmp_path)


@pytest.mark.parametrize(
    ("clips", "source", "message"),
    [
        (make_clips(2), {}, "clip 2 is 'clip 2', the stream gives no more clips"),
        ([("new", make_audio(0))], {}, "clip 0 is 'clip 0', the stream gives clip 'new'"),
        (make_clips(3, first_seed=50), {}, "'clip 2' is other audio"),
        (make_clips(3), {"seed": 1}, "not of {'seed': 1}"),
    ],
)
def test_going_on_with_another_corpus_is_refused(tokenizer, tmp_path, clips, source, message):
    tokenize_corpus(make_clips(3), tokenizer, tmp_path)
    with pytest.raises(DatasetError, match=message):
        tokenize_corpus(clips, tokenizer, tmp_path, source=source)


def damage_manifest(folder, **changes):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "manifest.json").unlink(), "no token dataset"),
        (lambda f: (f / "manifest.json").write_text("{"), "manifest.json: damaged"),
        (lambda f: damage_manifest(f, version=9), "version 9, this package reads up to 2"),
        (lambda f: damage_manifest(f, lengths=[1, 2, 3]), "contradict"),
        (lambda f: damage_manifest(f, names=[]), "contradict"),
        (lambda f: (f / "tokens-00000.npy").unlink(), "tokens-00000.npy: missing"),
        (lambda f: (f / "tokens-00000.npy").write_bytes(b""), "tokens-00000.npy: missing or"),
        (lambda f: (f / "tokens-00000.npy").write_bytes(b"\x93NUMPY junk"), "damaged"),
        (lambda f: np.save(f / "tokens-00000.npy", np.zeros(5, np.uint16)), "manifest says"),
    ],
)
def test_a_damaged_dataset_says_what_is_wrong(tokenizer, tmp_path, damage, message):
    tokenize_corpus(make_clips(3), tokenizer, tmp_path)
    damage(tmp_path)
    with pytest.raises(DatasetError, match=message):
        TokenDataset(tmp_path)


def test_ids_that_are_no_codes_are_called_damage(tokenizer, tmp_path):
    dataset = tokenize_corpus(make_clips(3), tokenizer, tmp_path)
    np.save(tmp_path / "tokens-00000.npy", np.full(dataset.n_tokens, 9999, np.uint16))
    with pytest.raises(UserError, match="tokens-00000.npy: damaged .*9999"):
        TokenDataset(tmp_path)[1]
