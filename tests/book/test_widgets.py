"""The script that shows anywidgets without a kernel, on a page that has two views of one widget."""

import base64
import json
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "book/static/widgets.js"
FRONT_END = """
export default {
  initialize({ model }) { model.started = (model.started ?? 0) + 1; },
  render({ model, el }) {
    const button = document.createElement("button");
    const show = () => {
      const n_bytes = model.get("sound").byteLength;
      button.textContent = `${model.get("value")} of ${n_bytes}, started ${model.started}`;
    };
    button.onclick = () => { model.set("value", model.get("value") + 1); model.save_changes(); };
    model.on("change:value", show);
    show();
    el.append(button);
  },
}
"""
STATE = {
    "abc": {
        "model_module": "anywidget",
        "state": {"_esm": FRONT_END, "_css": "button { color: rgb(1, 2, 3); }", "value": 3},
        "buffers": [
            {"path": ["sound"], "data": base64.b64encode(b"12345").decode(), "encoding": "base64"}
        ],
    },
    "slider": {"model_module": "@jupyter-widgets/controls", "state": {}},
}


@pytest.fixture
def page(browser):
    """A page as the book has it, with the state in its head and three views."""
    kind = "application/vnd.jupyter.widget"
    views = "".join(
        f'<script type="{kind}-view+json">{{"model_id": "{model_id}"}}</script>'
        for model_id in ("abc", "abc", "slider")
    )
    state = f'<script type="{kind}-state+json">{json.dumps({"state": STATE})}</script>'
    script = f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>"
    page = browser.new_page()
    page.set_content(f"<html><head>{state}</head><body>{views}{script}</body></html>")
    page.wait_for_function("document.querySelectorAll('[data-shown]').length === 2")
    yield page
    page.close()


def test_a_widget_answers_mouse_and_keyboard_in_all_its_views(page):
    buttons = page.get_by_role("button")
    buttons.first.click()
    buttons.last.press("Enter")
    assert buttons.all_text_contents() == ["5 of 5, started 1"] * 2


def test_its_style_comes_with_it_once(page):
    style = "button => getComputedStyle(button).color"
    assert page.get_by_role("button").first.evaluate(style) == "rgb(1, 2, 3)"
    assert page.locator("style").count() == 1
