"""A page by the Tab key alone: all that can be used is reached, and the eye can follow."""

import pytest

from tests.book.visits import visit

KINDS = "audio, summary, button, select, input, [role=slider], [role=application]"
# Whatever can be played, opened or chosen. Of a group of radio buttons one is a stop.
USABLE = """
kinds => [...document.querySelectorAll(`main :is(${kinds})`)]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => one.tabIndex >= 0 && !one.disabled)
  .filter((one) => one.type !== "radio" || one.checked)
  .filter((one) => !reached.has(one)).map((one) => one.outerHTML.slice(0, 150))
"""
# Of an <audio>, what has the focus is a button that the page does not see; browsers mark it. While
# a player gets its controls anew, nothing has the focus, so the end is where the way begins again.
STEP = """
() => {
  const one = document.activeElement;
  if (one === document.body) return "";
  const [first] = reached;
  if (one === first && reached.size > 1) return "end";
  reached.add(one);
  if (one.matches("audio")) return "";
  const looks = [one, ...one.children].map((part) => getComputedStyle(part));
  const marked = looks.some((look) => look.outlineStyle !== "none" || look.boxShadow !== "none");
  const { bottom, top } = one.getBoundingClientRect();
  const seen = marked && looks[0].opacity > 0 && bottom > 0 && top < innerHeight;
  return seen ? "" : one.outerHTML.slice(0, 150);
}
"""
AT_ONCE = "* { scroll-behavior: auto !important; transition: none !important; }"
MOST = 1000  # stops of a page
PAGES = [  # with an A/B row, and with each explorer
    "book/index.html",
    "lessons/03-k-means-vector-quantization.html",
    "lessons/06-birdie-objectives.html",
    "lessons/07-generation.html",
]


@pytest.mark.parametrize("of", PAGES)
def test_tab_reaches_all_that_can_be_used_and_shows_where_it_is(browser, address, of):
    visited = visit(browser, address + of, color_scheme="light")
    page = visited.page
    page.add_style_tag(content=AT_ONCE)
    page.evaluate("window.reached = new Set()")
    unseen = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        step = page.evaluate(STEP)
        if step == "end":
            break
        unseen.append(step)
    assert step == "end"
    assert [one for one in unseen if one] == []
    assert page.evaluate(USABLE, KINDS) == []
    page.context.close()
