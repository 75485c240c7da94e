"""Pictures: they show what is there, in words too, and on light and dark pages."""

import json
import re

import matplotlib.colors
import matplotlib.image
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from refimpl import display
from refimpl.errors import UserError
from refimpl.mel import MelConfig, mel_spectrogram
from tests.display.shown import RATE, Tags, pixels, tone

CONFIG = MelConfig(sample_rate=RATE, n_fft=1024, hop_length=512, n_mels=40)


def mel(frequency=440.0, seconds=1.0):
    return mel_spectrogram(tone(frequency, seconds), CONFIG)


IDS = np.repeat([3, 17, 5, 900], 20)
PICTURES = {
    "waveform": lambda: display.plot_waveform(tone(), RATE, title="a sine"),
    "short waveform": lambda: display.plot_waveform(tone()[:60], RATE, start=2.0),
    "mel": lambda: display.plot_mel(mel(), CONFIG, title="a sine"),
    "mels": lambda: display.compare_mels([("low", mel(220)), ("high", mel(3520))], CONFIG),
    "tokens": lambda: display.plot_tokens(
        IDS, n_codes=512, tokens_per_second=31.25, title="a tune"
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_a_figure_with_words_that_do_not_change(name):
    picture, again = PICTURES[name](), PICTURES[name]()
    assert isinstance(picture, Figure)
    assert len(picture.alt) > 30
    assert repr(picture) == f"<Picture: {picture.alt}>" == repr(again)
    assert Tags(picture._repr_html_()).one("img")["alt"] == picture.alt


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_legible_on_light_and_on_dark_pages(name):
    picture = PICTURES[name]()
    image = pixels(picture)
    assert image[0, 0, 3] == 0.0  # the page shows through

    def contrast(colour, page):
        light, dark = sorted([luminance(colour), luminance(page)], reverse=True)
        return (light + 0.05) / (dark + 0.05)

    texts = [text for text in picture.findobj(Text) if text.get_visible() and text.get_text()]
    assert len(texts) >= 4
    for text in texts:
        colour = matplotlib.colors.to_rgb(text.get_color())
        assert contrast(colour, (1, 1, 1)) >= 4.5
        assert contrast(colour, (0.07, 0.07, 0.07)) >= 3.9


def test_own_plots_are_legible_and_described_too():
    picture, (axes,) = display.new_picture()
    axes.plot([0, 1], [0, 1], color=display.BLUE, label="a line")
    axes.legend()
    picture.alt = "A line that rises."
    assert Tags(picture._repr_html_()).one("img")["alt"] == "A line that rises."
    (text,) = axes.get_legend().get_texts()
    assert text.get_color() == axes.title.get_color()


def luminance(colour):
    """Relative luminance of an sRGB colour, as WCAG 2 defines it."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", PICTURES)
def test_every_axis_has_a_name_with_its_unit(name):
    visible = [axes for axes in PICTURES[name]().axes if axes.get_visible()]
    assert visible[0].get_xlabel()
    assert visible[0].get_ylabel()
    if name != "tokens":
        assert re.search(r"\((s|ms)\)", visible[0].get_xlabel())


def test_a_long_waveform_shows_its_one_peak():
    audio = np.full(RATE * 30, 0.01, np.float32)
    audio[300_001] = -0.9
    picture = display.plot_waveform(audio, RATE)
    (shape,) = picture.axes[0].collections
    assert shape.get_paths()[0].vertices[:, 1].min() == pytest.approx(-0.9)
    assert "largest 0.9" in picture.alt


@pytest.mark.parametrize("frequency", [300.0, 1000.0, 5000.0])
def test_the_frequency_axis_tells_the_frequency(frequency):
    frames = mel(frequency)
    axes = display.plot_mel(frames, CONFIG).axes[0]
    ticks = {
        float(label.get_text().replace(",", "")): position
        for label, position in zip(axes.get_yticklabels(), axes.get_yticks(), strict=True)
    }
    assert len(ticks) >= 4
    band = int(np.argmax(frames.mean(axis=0)))
    hertz = np.interp(band, sorted(ticks.values()), sorted(ticks))
    assert hertz == pytest.approx(frequency, rel=0.2)


def test_the_time_axis_tells_the_time():
    frames = np.full((100, 40), -80.0)
    frames[50] = 0.0
    axes = display.plot_mel(frames, CONFIG).axes[0]
    left, right, _, _ = axes.images[0].get_extent()
    shown = left + (right - left) * (50 + 0.5) / 100
    assert shown == pytest.approx(50 * CONFIG.hop_length / RATE)


def test_compared_mels_share_one_scale_of_colour():
    quiet = mel() - 30
    picture = display.compare_mels({"loud": mel(), "quiet": quiet}, CONFIG)
    scales = {axes.images[0].get_clim() for axes in picture.axes if axes.images}
    assert len(scales) == 1
    twice = display.compare_mels([("same", mel()), ("same", quiet)], CONFIG)
    assert sum(bool(axes.images) for axes in twice.axes) == 2


@pytest.mark.parametrize("n_mels_shown", [1, 2, 4, 5])
def test_any_number_of_mels_is_compared(n_mels_shown):
    pairs = [(f"number {i}", mel(seconds=0.2)) for i in range(n_mels_shown)]
    picture = display.compare_mels(pairs, CONFIG)
    assert all(label in picture.alt for label, _ in pairs)
    titles = [axes.get_title() for axes in picture.axes if axes.get_visible() and axes.images]
    assert titles == [label for label, _ in pairs]


def test_silence_has_a_picture():
    assert "silent" in display.plot_mel(np.full((9, 40), -80.0), CONFIG).alt
    pixels(display.plot_mel(np.full((9, 40), -80.0), CONFIG))
    pixels(display.plot_waveform(np.zeros(9, np.float32), RATE))


def test_the_words_for_tokens_count_them():
    alt = display.plot_tokens(np.array([512, 7, 7, 7, 9, 513]), n_codes=512).alt
    assert "6 ids" in alt
    assert "2 different codes of 512" in alt
    assert "67% the same as the one before" in alt
    assert "2 special tokens" in alt


@pytest.mark.parametrize(
    ("show", "needed"),
    [
        (lambda: display.plot_mel(np.zeros((9, 41)), CONFIG), r"\(n_frames, 40\)"),
        (lambda: display.plot_mel(np.full((9, 40), np.nan), CONFIG), "NaN"),
        (lambda: display.compare_mels([], CONFIG), "nothing given"),
        (lambda: display.plot_tokens(np.zeros(0, int)), "at least one"),
        (lambda: display.plot_tokens(np.zeros(5)), "integer"),
        (lambda: display.plot_waveform(np.zeros(0), RATE), "at least one sample"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(show, needed):
    with pytest.raises(UserError, match=needed):
        show()


def test_a_comparison_is_saved_as_a_picture_with_words(tmp_path):
    path = tmp_path / "new" / "sounds.png"
    sounds = {"original": tone(), "copy": tone(seconds=0.5), "click": np.ones(1)}
    assert display.save_comparison(path, sounds, RATE) == path
    image = matplotlib.image.imread(path)
    assert image[0, 0].tolist() == [1, 1, 1, 1]
    assert b"original, 1.0" in path.read_bytes()
    assert [found.name for found in path.parent.iterdir()] == ["sounds.png"]


def test_a_comparison_that_cannot_be_saved_is_an_error(tmp_path):
    with pytest.raises(UserError, match=r"ends in \.png"):
        display.save_comparison(tmp_path / "a.jpg", {"a": tone()}, RATE)
    with pytest.raises(UserError, match="nothing given"):
        display.save_comparison(tmp_path / "a.png", {}, RATE)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError, match="file is no folder"):
        display.save_comparison(tmp_path / "file" / "a.png", {"a": tone()}, RATE)


def test_a_picture_says_where_time_runs_and_no_other_does():
    (one,) = json.loads(Tags(PICTURES["mel"]()._repr_html_()).one("img")["data-time"])
    title, left, right, top, bottom, start, end = one
    assert title == "a sine"
    assert 0 < left < right < 1 and 0 < top < bottom < 1
    assert abs(start) < 0.1 and end == pytest.approx(1, abs=0.1)
    two = json.loads(Tags(PICTURES["mels"]()._repr_html_()).one("img")["data-time"])
    assert [title for title, *_ in two] == ["low", "high"]
    assert two[0][2] < two[1][1]  # side by side
    (part,) = json.loads(
        Tags(display.plot_waveform(tone(), RATE, start=2.0)._repr_html_()).one("img")["data-time"]
    )
    assert part[5] == 2.0
    picture, _ = display.new_picture()
    assert "data-time" not in Tags(picture._repr_html_()).one("img")
