"""Presets and changes to them: what is meant is set, what is not meant is refused."""

import tomllib

import pytest

from refimpl.codecs import VQVAECodecConfig
from refimpl.errors import UserError
from refimpl.presets import (
    PRESETS,
    get_preset,
    override,
    parse_assignment,
    read_changes,
)

COURSE = PRESETS["course"]


def test_a_change_changes_one_setting_and_leaves_the_preset_alone():
    changed = override(COURSE, {"codec.mel.n_mels": 40, "batch_size": 3})
    assert (changed.codec.mel.n_mels, changed.batch_size) == (40, 3)
    assert changed.codec.mel.hop_length == COURSE.codec.mel.hop_length
    assert COURSE.codec.mel.n_mels != 40


def test_no_change_gives_an_equal_preset():
    assert override(COURSE, {}) == COURSE


def test_changes_that_only_fit_together_are_made_together():
    # Each alone would contradict the other's old value.
    changed = override(COURSE, {"codec.mel.n_fft": 256, "codec.mel.hop_length": 64})
    assert (changed.codec.mel.n_fft, changed.codec.mel.hop_length) == (256, 64)
    back = override(changed, {"codec.mel.hop_length": 1000, "codec.mel.n_fft": 4096})
    assert (back.codec.mel.n_fft, back.codec.mel.hop_length) == (4096, 1000)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("codec.mel.n_ftt", "did you mean n_fft"),
        ("codec.mell.n_fft", "did you mean mel"),
        ("mel.n_fft", "did you mean codec.mel.n_fft"),
        ("codebook.n_clusters", "did you mean codec.n_clusters"),
        ("zzz", "there are name"),
        ("codec.mel", "is a group of settings; set one of codec.mel.sample_rate"),
        ("batch_size.x", "batch_size is a value"),
        ("codec.mel.n_fft.x", "codec.mel.n_fft.x: n_fft is a value"),
    ],
)
def test_a_name_that_is_no_setting_is_refused_with_advice(name, said):
    with pytest.raises(UserError, match=said):
        override(COURSE, {name: 1})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", "many"),
        ("batch_size", 1.5),
        ("batch_size", True),
        ("batch_size", 0),
        ("batch_size", None),
        ("training.steps", -1),
        ("codec.mel.n_fft", 7),
    ],
)
def test_a_value_that_cannot_be_is_refused(name, value):
    with pytest.raises(UserError):
        override(COURSE, {name: value})


def test_what_people_write_for_a_type_is_taken():
    changed = override(
        COURSE, {"training.learning_rate": 1, "training.betas": [0.8, 0.9], "tunes.keys": [0, 7]}
    )
    assert isinstance(changed.training.learning_rate, float)
    assert changed.training.betas == (0.8, 0.9)
    assert changed.tunes.keys == (0, 7)


@pytest.mark.parametrize("nothing", [None, "none"])
def test_optional_settings_can_be_nothing(nothing):
    assert override(COURSE, {"sampling.top_k": nothing}).sampling.top_k is None


def test_the_models_vocabulary_follows_from_the_codes():
    changed = override(COURSE, {"codec.n_clusters": 10, "codec.n_stages": 3})
    assert changed.model.vocabulary_size == changed.vocabulary_of_codes().size
    assert changed.vocabulary_of_codes().n_codes == 30
    assert changed.tokens_per_second == pytest.approx(3 * changed.codec.mel.frame_rate)


def test_another_kind_of_codec_keeps_the_settings_that_it_shares():
    changed = override(COURSE, {"codec.kind": "vqvae", "codec.network.n_codes": 64})
    assert isinstance(changed.codec, VQVAECodecConfig)
    assert (changed.codec.mel, changed.codec.n_clips) == (COURSE.codec.mel, COURSE.codec.n_clips)
    assert changed.codec.steps == VQVAECodecConfig().steps
    assert changed.vocabulary_of_codes().n_codes == 64
    assert override(changed, {"codec.kind": "vqvae"}) == changed
    with pytest.raises(UserError, match="no codec of kind 'mp3'; there are kmeans, vqvae, neural"):
        override(COURSE, {"codec.kind": "mp3"})
    with pytest.raises(UserError, match="no setting 'n_clusters'"):
        override(COURSE, {"codec.kind": "vqvae", "codec.n_clusters": 3})


def test_an_unknown_setting_is_answered_with_each_name_once():
    with pytest.raises(
        UserError, match="CodebookConfig has no setting 'zzzz'; there are"
    ) as caught:
        override(COURSE, {"codec.zzzz": 1})
    names = str(caught.value).split("there are ")[1].split(", ")
    assert len(set(names)) == len(names) and {"n_clusters", "mel.n_fft"} <= set(names)


def test_the_report_has_the_reports_numbers():
    report = get_preset("report")
    mel, model = report.codec.mel, report.model
    assert (mel.n_fft, mel.hop_length, mel.n_mels) == (512, 32, 128)
    assert (model.n_layers, model.hidden_size, model.n_heads, model.ffn_hidden_size) == (
        2,
        128,
        4,
        256,
    )
    assert (model.context_length, model.vocabulary_size) == (64, 516)
    assert report.declared  # what somebody had to choose is said


def test_an_unknown_preset_is_refused_with_the_nearest():
    with pytest.raises(UserError, match="did you mean course"):
        get_preset("coarse")
    with pytest.raises(UserError, match="there are course, report, neural"):
        get_preset("zzz")


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("codec.mel.n_fft=2048", ("codec.mel.n_fft", 2048)),
        ("a=1e-3", ("a", 1e-3)),
        ("a=null", ("a", None)),
        ("a=true", ("a", True)),
        ("a=[1, 2]", ("a", [1, 2])),
        ("a=band", ("a", "band")),
        ("a=", ("a", "")),
        ("a=b=c", ("a", "b=c")),
    ],
)
def test_assignments_are_read_as_json_or_as_words(text, parsed):
    assert parse_assignment(text) == parsed


@pytest.mark.parametrize("text", ["codec.mel.n_fft", "=3", ""])
def test_what_is_no_assignment_is_refused(text):
    with pytest.raises(UserError, match="NAME=VALUE"):
        parse_assignment(text)


def test_a_settings_file_is_read_by_dotted_names(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('batch_size = 2\n[codec.mel]\nn_fft = 512\nwindow = "hamming"\n')
    assert read_changes(file) == {
        "batch_size": 2,
        "codec.mel.n_fft": 512,
        "codec.mel.window": "hamming",
    }


def test_a_settings_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(UserError, match=r"missing\.toml"):
        read_changes(tmp_path / "missing.toml")
    for content in (b"a = = 3", b"\xff\xfe"):
        (tmp_path / "bad.toml").write_bytes(content)
        with pytest.raises(UserError, match=r"bad\.toml is not valid TOML"):
            read_changes(tmp_path / "bad.toml")


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("base", PRESETS)
def test_a_printed_preset_reads_back_as_itself_onto_any_other(name, base, tmp_path):
    from refimpl.cli.toml import to_toml
    from refimpl.pipeline import preset_to_dict

    file = tmp_path / "preset.toml"
    file.write_text(to_toml(preset_to_dict(PRESETS[name])))
    assert tomllib.loads(file.read_text())["name"] == name
    assert override(PRESETS[base], read_changes(file)) == PRESETS[name]
