"""The report on a class in a browser: it fits a phone, is accessible, and asks for nothing else."""

import pytest

from refimpl.course.grading.reporting.pages import write_report
from refimpl.course.grading.term.course import open_course
from tests.grading.test_report import a_class


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
def test_pages_in_a_browser(course, browser, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    a_class(course)
    for path in write_report(course.out, open_course(course.out), None):
        page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
        asked = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert axe.run(page).response["violations"] == []
        assert asked == [path.as_uri()]
        page.close()
