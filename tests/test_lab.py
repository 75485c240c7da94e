"""What `make lab` opens: a browser runs a lesson, solves an exercise in it, and sees its points.

It takes about 45 seconds of processor time, twice that by the clock on a busy machine.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from tests.browsing import browser, missing  # noqa: F401  (a fixture)
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
LESSON = "01-audio-basics.ipynb"
# All cells at once in the page, as a test needs them; by itself JupyterLab draws those in view.
SETTINGS = {"@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}
NUMBERED = "[...document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt')]"

pytestmark = pytest.mark.soak


@pytest.fixture
def lessons(tmp_path):
    """A learner's own copy of the lessons, in a folder with a space and an accent."""
    folder = tmp_path / "mes leçons"
    shutil.copytree(ROOT / "lessons", folder)
    return folder


@pytest.fixture
def lab(lessons, tmp_path):
    """JupyterLab on these lessons, started as `make lab` starts it; gives its address and token."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
    places = {
        f"JUPYTER_{name}": str(tmp_path / name.lower())
        for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    }
    settings = tmp_path / "settings"
    for name, values in SETTINGS.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    places |= {
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "PYTHONPATH": str(ROOT),
    }
    kept = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={lessons}", "--no-browser"]
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(
            [*command, *root], env=kept | places, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield running(server, tmp_path / "runtime_dir", tmp_path / "lab.log")
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE)


def running(server: subprocess.Popen, folder: Path, log: Path) -> dict:
    """Wait until a server has written down where it is, and return that."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        for path in folder.glob("jpserver-*.json"):
            try:
                return json.loads(path.read_text(encoding="utf-8"))
            except ValueError:  # only half written
                pass
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start: {log.read_text(encoding='utf-8')[-2000:]}")


def answer_on_file(name: str) -> str:
    """Return the solved cell of an exercise's function."""
    notebook = nbformat.read(ROOT / "solutions" / LESSON, as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    return cells[f"answer-{name}"].source


def run(page, cell) -> None:
    """Run one cell by its keys, and wait until it has ended."""
    prompt = cell.locator(".jp-InputArea-prompt").first
    before = prompt.inner_text()
    cell.locator(".jp-InputArea-editor .cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        "([one, before]) => one.innerText !== before && /\\d/.test(one.innerText)",
        arg=[prompt.element_handle(), before],
    )


def test_a_lesson_is_run_and_an_exercise_solved(browser, lab, lessons):  # noqa: F811
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(f"{lab['url']}lab/tree/{LESSON}?token={lab['token']}")
    cells = page.locator(".jp-CodeCell")
    notebook = nbformat.read(lessons / LESSON, as_version=4)
    n_cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    page.wait_for_function(f"document.querySelectorAll('.jp-CodeCell').length === {n_cells}")
    page.wait_for_selector(".jp-NotebookPanel-toolbar [data-status=idle]", state="attached")

    # As it stands, the whole lesson runs.
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(f"{NUMBERED}.every((one) => /\\d/.test(one.innerText))")
    assert page.locator(".jp-OutputArea [data-mime-type$=error]").count() == 0
    check = cells.filter(has_text='check("1.1", heard_frequency)')
    assert "1.1: not started yet" in check.inner_text()
    assert page.locator(".jp-OutputArea audio").count() > 3

    # Someone writes the function, runs it, checks it, and looks at the progress.
    answer = cells.filter(has_text="def heard_frequency(")
    answer.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(answer_on_file("heard_frequency"))
    for cell in (answer, check):
        run(page, cell)
    assert "1.1: right (4 of 4 points)" in check.inner_text()
    progress = cells.filter(has_text="progress(1)")
    run(page, progress)
    assert re.search(r"1\.1\D.*\b4 of 4\b", progress.inner_text(), re.DOTALL)

    # The work is in the learner's file.
    page.keyboard.press("Control+s")
    page.get_by_text("Saving completed").wait_for(state="attached")
    assert "n_turns" in (lessons / LESSON).read_text(encoding="utf-8")
    page.close()
