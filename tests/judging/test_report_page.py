"""The page of a comparison in a browser: in light and dark, on a phone, without any request."""

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from refimpl.embeddings import MelStatistics
from refimpl.judging.comparing import compare_sets
from refimpl.judging.reading import Sound
from refimpl.judging.report import write_report
from tests.browsing import browser  # noqa: F401

RATE = 8000


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    rng = np.random.default_rng(0)

    def sounds(n):
        return [
            Sound(f"a-rather-long-name-of-a-file-{i}.wav", f"{i}", 0.1 * rng.standard_normal(RATE))
            for i in range(n)
        ]

    given = sounds(9)
    compared = compare_sets(given, sounds(18), RATE, [MelStatistics()], n_resamples=8)
    folder = tmp_path_factory.mktemp("report")
    return write_report(
        folder, compared, given, RATE, title="given against real", command="refimpl"
    )


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_it_fits_plays_and_asks_nobody(browser, page_file, scheme, width):  # noqa: F811
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelector('audio').play()")
    page.wait_for_function("document.querySelector('audio').currentTime > 0")
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [page_file.as_uri()]
    assert said == []
    serious = [
        found["id"]
        for found in Axe().run(page).response["violations"]
        if found["impact"] in ("serious", "critical")
    ]
    assert serious == []
    page.close()
