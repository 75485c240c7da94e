"""The codebook: nearest codes, residual stages, streams, files, and everything it must refuse."""

import json

import numpy as np
import pytest

from refimpl.codecs import (
    NORMALISATIONS,
    Codebook,
    CodecError,
    StreamSample,
    TooFewFramesError,
    load_codec,
    nearest,
    sample_stream,
)
from refimpl.errors import UserError
from refimpl.mel import MelConfig

MEL = MelConfig(n_mels=12)


def make_frames(n=600, seed=0, n_mels=12):
    """Frames that look like dB: eight noisy shapes, so that there is something to cluster."""
    rng = np.random.default_rng(seed)
    shapes = np.random.default_rng(99).uniform(-70, -5, (8, n_mels))
    return (shapes[rng.integers(8, size=n)] + rng.normal(0, 3, (n, n_mels))).astype(np.float32)


@pytest.fixture(scope="module")
def codebook():
    return Codebook.fit(make_frames(), MEL, n_clusters=32)


@pytest.fixture(scope="module")
def residual():
    return Codebook.fit(make_frames(), MEL, n_clusters=(16, 8, 4))


@pytest.mark.parametrize("chunk", [1, 7, 4096])
def test_nearest_agrees_with_brute_force(chunk):
    rng = np.random.default_rng(1)
    x, c = rng.normal(size=(500, 20)), rng.normal(size=(60, 20))
    brute = ((x[:, None] - c[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert np.array_equal(nearest(x.astype(np.float32), c.astype(np.float32), chunk), brute)


def test_encode_picks_the_nearest_centroid_of_each_frame(codebook):
    frames = make_frames(200, seed=5)
    normalised = (frames - codebook.mean) / codebook.std
    distances = ((normalised[:, None] - codebook.centroids[0][None]) ** 2).sum(axis=2)
    assert np.array_equal(codebook.encode_frames(frames)[:, 0], distances.argmin(axis=1))


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_encode_undoes_decode_on_the_centroids(normalisation):
    codebook = Codebook.fit(make_frames(), MEL, n_clusters=32, normalisation=normalisation)
    codes = np.arange(32)[:, None]
    assert np.array_equal(codebook.encode_frames(codebook.decode_frames(codes)), codes)


def test_band_normalisation_gives_each_band_zero_mean_and_unit_variance():
    frames = make_frames()
    normalised = Codebook.fit(frames, MEL, n_clusters=4).normalise(frames)
    assert np.allclose(normalised.mean(axis=0), 0, atol=1e-4)
    assert np.allclose(normalised.std(axis=0), 1, atol=1e-4)


def test_global_normalisation_is_that_of_all_values():
    frames = make_frames()
    codebook = Codebook.fit(frames, MEL, n_clusters=4, normalisation="global")
    assert np.allclose(codebook.mean, frames.mean(), atol=1e-3)
    assert np.allclose(codebook.std, frames.std(), atol=1e-3)


def test_a_band_that_never_changes_comes_back_as_it_was():
    frames = make_frames()
    frames[:, 3] = -80.0
    codebook = Codebook.fit(frames, MEL, n_clusters=8)
    assert np.allclose(codebook.decode_frames(codebook.encode_frames(frames))[:, 3], -80.0)


def test_each_stage_is_a_stream_whose_codes_count_from_0(residual):
    codes = residual.encode_frames(make_frames(50, seed=2))
    assert codes.shape == (50, 3) and codes.min() == 0
    assert residual.n_codes == 28 and residual.stream_sizes == (16, 8, 4)
    assert (codes < residual.stream_sizes).all()


def test_decode_sums_the_stages(residual):
    first, second, third = residual.centroids
    expected = (first[5] + second[2] + third[1]) * residual.std + residual.mean
    assert np.allclose(residual.decode_frames(np.array([[5, 2, 1]])), expected, atol=1e-4)


def test_every_stage_lowers_the_distortion():
    frames, held_out = make_frames(2000), make_frames(500, seed=3)
    distortions = [
        Codebook.fit(frames, MEL, n_clusters=16, n_stages=s).distortion(held_out) for s in (1, 2, 4)
    ]
    assert distortions[0] > 1.1 * distortions[1] > 1.1**2 * distortions[2]


def test_more_clusters_lower_the_distortion_and_as_many_as_frames_end_it():
    frames = make_frames(300)
    distortions = [Codebook.fit(frames, MEL, n_clusters=k).distortion(frames) for k in (1, 8, 300)]
    assert distortions[0] > distortions[1] > distortions[2]
    assert distortions[2] < 1e-6
    assert distortions[0] == pytest.approx(frames.var(axis=0).mean(), rel=1e-3)


def test_distortion_in_normalised_units_of_one_cluster_is_the_variance():
    frames = make_frames()
    codebook = Codebook.fit(frames, MEL, n_clusters=1)
    assert codebook.distortion(frames, units="normalised") == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize("cuts", [[600], [1, 599], [0, 250, 0, 350], [100] * 6])
def test_a_stream_gives_the_codebook_of_the_whole_array(cuts):
    frames = make_frames()
    pieces = np.split(frames, np.cumsum(cuts)[:-1])
    whole = Codebook.fit(frames, MEL, n_clusters=16, max_frames=200)
    streamed = Codebook.fit(iter(pieces), MEL, n_clusters=16, max_frames=200)
    assert np.allclose(streamed.mean, whole.mean, atol=1e-4)
    assert np.allclose(streamed.centroids[0], whole.centroids[0], atol=1e-3)


def test_the_sample_is_bounded_uniform_and_in_order():
    stream = (np.arange(i, i + 100, dtype=np.float32)[:, None] for i in range(0, 20_000, 100))
    sample = sample_stream(stream, max_frames=1000, seed=3)
    kept = sample.frames()[:, 0]
    assert len(kept) == 1000 and (np.diff(kept) > 0).all()
    # Each tenth of the stream holds a tenth of the sample: 100, five standard deviations wide.
    assert np.abs(np.histogram(kept, 10, (0, 20_000))[0] - 100).max() < 48
    assert sample.mean[0] == pytest.approx(9999.5)
    assert sample.variance[0] == pytest.approx((20_000**2 - 1) / 12)


@pytest.mark.parametrize("max_frames", [1, 7, 8])
@pytest.mark.parametrize("more", [0, 1, 2, 40])
def test_the_sample_of_any_size_is_the_same_however_the_stream_is_cut(max_frames, more):
    stream = np.arange(max_frames + more, dtype=np.float32)[:, None]
    whole = sample_stream([stream], max_frames).frames()
    assert len(whole) == max_frames and (np.diff(whole[:, 0]) > 0).all()
    for n_pieces in (2, 5, len(stream)):
        cut = sample_stream(np.array_split(stream, n_pieces), max_frames).frames()
        np.testing.assert_array_equal(cut, whole)


def test_the_sample_never_grows_far_beyond_its_bound():
    sample = StreamSample(max_frames=100)
    for _ in range(50):
        sample.add(np.zeros((70, 2), dtype=np.float32))
        assert sum(len(k) for k in sample._kept) <= 200


def test_the_same_seed_gives_the_same_codebook_and_another_seed_another():
    frames = make_frames()
    fingerprints = [Codebook.fit(frames, MEL, n_clusters=20, seed=s).fingerprint for s in (1, 1, 2)]
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


def test_too_few_frames_says_how_many_and_what_they_allow():
    with pytest.raises(TooFewFramesError, match=r"100 frames, 100 .* 512 .* at most 100"):
        Codebook.fit(make_frames(100), MEL, n_clusters=512)


def test_too_few_distinct_frames_says_how_many_are_distinct():
    frames = np.repeat(make_frames(5), 50, axis=0)
    with pytest.raises(TooFewFramesError, match=r"250 frames, 5 of them .* at most 5"):
        Codebook.fit(frames, MEL, n_clusters=6)


def test_a_stage_with_nothing_left_to_quantize_says_so():
    frames = np.repeat(make_frames(8), 10, axis=0)
    with pytest.raises(TooFewFramesError, match="residuals of stage 2"):
        Codebook.fit(frames, MEL, n_clusters=8, n_stages=2)


@pytest.mark.parametrize(
    ("frames", "options", "message"),
    [
        (np.empty((0, 12), np.float32), {}, "empty"),
        (iter([]), {}, "empty"),
        (make_frames(20, n_mels=13), {}, r"\(20, 13\).*\(n_frames, 12\)"),
        (make_frames(20)[0], {}, "shape"),
        (make_frames(), {"n_clusters": 0}, "at least one cluster"),
        (make_frames(), {"n_clusters": ()}, "at least one cluster"),
        (make_frames(), {"normalisation": "bands"}, "bands"),
    ],
)
def test_fit_refuses(frames, options, message):
    with pytest.raises(UserError, match=message):
        Codebook.fit(frames, MEL, **options)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_frames_that_are_not_finite_are_named(codebook, value):
    frames = make_frames(10)
    frames[7, 2] = value
    for refuse in (codebook.encode_frames, lambda f: Codebook.fit(f, MEL, n_clusters=2)):
        with pytest.raises(CodecError, match="1 of 10 frames .* frame 7"):
            refuse(frames)


def test_frames_of_another_configuration_are_refused_naming_both(codebook):
    with pytest.raises(CodecError, match=r"\(10, 40\).*12"):
        codebook.encode_frames(np.zeros((10, 40)))
    other = MelConfig(n_mels=12, hop_length=128)
    with pytest.raises(CodecError, match=r"hop_length 128 \(codec: 512\)"):
        codebook.encode_frames(make_frames(), other)
    assert len(codebook.encode_frames(make_frames(), MelConfig(n_mels=12))) == 600


@pytest.mark.parametrize("codes", [[[32]], [[-1]], [[1, 2]], [[0.5]], [1]])
def test_decode_refuses_what_is_no_code(codebook, codes):
    with pytest.raises(CodecError, match="codes"):
        codebook.decode_frames(np.array(codes))


@pytest.mark.parametrize("name", ["codebook", "residual"])
def test_a_saved_codebook_comes_back_the_same(name, request, tmp_path):
    codebook = request.getfixturevalue(name)
    codebook.notes["made from"] = "noise"
    loaded = load_codec(codebook.save(tmp_path / "new" / "codebook.npz"))
    frames = make_frames(80, seed=8)
    assert loaded.fingerprint == codebook.fingerprint and loaded.mel == MEL
    assert loaded.notes == codebook.notes and loaded.normalisation == codebook.normalisation
    codes = codebook.encode_frames(frames)
    assert np.array_equal(loaded.encode_frames(frames), codes)
    assert np.array_equal(loaded.decode_frames(codes), codebook.decode_frames(codes))
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["codebook.npz"]


def test_the_file_holds_no_pickle(codebook, tmp_path):
    with np.load(codebook.save(tmp_path / "c.npz"), allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)


def test_the_fingerprint_tells_apart_all_that_decides_what_an_id_means(codebook):
    def variant(**changes):
        parts = {"mel": MEL, "centroids": codebook.centroids, "mean": codebook.mean}
        return Codebook(**(parts | {"std": codebook.std} | changes)).fingerprint

    others = [
        variant(mel=MelConfig(n_mels=12, hop_length=256)),
        variant(centroids=[codebook.centroids[0][::-1]]),
        variant(mean=codebook.mean + 1),
        variant(std=codebook.std * 2),
    ]
    assert variant() == codebook.fingerprint
    assert len({codebook.fingerprint, *others}) == 5
    assert variant(notes={"any": "note"}) == codebook.fingerprint


@pytest.mark.parametrize("keep", [0, 100, -10])
def test_a_cut_off_file_is_called_damaged(codebook, tmp_path, keep):
    path = codebook.save(tmp_path / "c.npz")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CodecError, match="c.npz: damaged"):
        load_codec(path)


def rewrite(path, changes, **arrays):
    with np.load(path) as file:
        content = {name: file[name] for name in file.files}
    if changes:
        content["header"] = np.array(json.dumps(json.loads(str(content["header"])) | changes))
    np.savez(path, **(content | arrays))


@pytest.mark.parametrize(
    ("header", "arrays", "message"),
    [
        ({"version": 99}, {}, "version 99.*reads 1"),
        ({"kind": "vqvae"}, {}, "'vqvae', not a 'kmeans'"),
        ({"mel": {"n_mels": "many"}}, {}, "damaged"),
        ({"n_stages": 2}, {}, "damaged"),
        (None, {"mean": np.zeros(12)}, "fingerprint"),
        (None, {"header": np.array("no json")}, "damaged"),
    ],
)
def test_a_file_that_does_not_fit_says_why(codebook, tmp_path, header, arrays, message):
    path = codebook.save(tmp_path / "c.npz")
    rewrite(path, header, **arrays)
    with pytest.raises(CodecError, match=message):
        Codebook.load(path)


def test_files_that_are_no_codec_are_named(tmp_path, codebook):
    with pytest.raises(CodecError, match="nothing.npz: no such"):
        load_codec(tmp_path / "nothing.npz")
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    with pytest.raises(CodecError, match=r"'\.wav' is no codec's suffix.*\.npz"):
        load_codec(tmp_path / "a.wav")
    with pytest.raises(CodecError, match=r"ends in \.npz"):
        codebook.save(tmp_path / "c.bin")
    rewrite(codebook.save(tmp_path / "c.npz"), {"kind": "mp3"})
    with pytest.raises(CodecError, match=r"of kind 'mp3'; known are kmeans"):
        load_codec(tmp_path / "c.npz")
    np.save(tmp_path / "plain.npy", np.zeros(3))
    (tmp_path / "plain.npy").rename(tmp_path / "plain.npz")
    with pytest.raises(CodecError, match="damaged, or not a codec"):
        load_codec(tmp_path / "plain.npz")
