"""What Sphinx is told: no request leaves the book, and no page loads what it does not need.

Named in `_config.yml`; `tools/build_book.py` puts this folder on Python's path.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from bookbuild import media
from bookbuild.boxes import box_exercises
from bookbuild.cards import link_first_uses
from bookbuild.lighter_styles import make_lighter

LOGGER = logging.getLogger(__name__)
# It draws the theme's icons a second time, as SVG: 1.5 MB that stop every page from showing.
ICON_SCRIPT = re.compile(r'[ \t]*<script src="[^"]*fontawesome/[^"]*\.js[^"]*"></script>\n?')
ICON_SCRIPT_FILES = "_static/vendor/fontawesome/*/js"
# It asks for the icons' fonts before the style does, in a way that fails on pages from a disk.
FONT_PRELOAD = re.compile(r'[ \t]*<link rel="preload" as="font"[^>]*>\n?')
# A player and its name for screen readers, which begins with its caption and ends in its duration.
PLAYER = re.compile(
    r'<audio\b[^>]*\baria-label="([^"]*)"[^>]*>.*?</audio>(?!<span class="on-paper")', re.DOTALL
)
SOURCE = re.compile(r' src="([^"]+)"')
DURATION = re.compile(r"[\d.]+ s(, silent)?$")
START = "book/index"
WITH_EXERCISES = ("lessons/", "book/progress")  # pages that show what a reader has solved
# In the contents, what opens a page's own pages is an arrow: who does not see it needs a name.
TOGGLE = '<summary><span class="toctree-toggle"'
NAMED_TOGGLE = TOGGLE.replace("<summary>", '<summary aria-label="Pages below this one">')
# The words over folded code say what they do; this name, the same everywhere, would hide them.
FOLD = '<summary aria-label="Toggle hidden content">'
# The first numbers parts when all pages are read, and the second is for LaTeX.
DO_NOT_SAY = ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex")
LATE = 900  # after the theme's own changes to a page


def setup(app: Sphinx) -> dict:
    """Connect everything below to the build."""
    drop_thebe(app)
    app.connect("builder-inited", let_pages_be_read_side_by_side)
    app.connect("doctree-resolved", warn_about_dead_widgets)
    app.connect("doctree-resolved", box_exercises)
    app.connect("doctree-resolved", link_first_uses)
    app.connect("html-page-context", lead_from_lesson_to_lesson, priority=LATE)
    app.connect("html-page-context", load_what_is_needed, priority=LATE)
    app.connect("html-page-context", lead_edits_to_the_source, priority=LATE)
    app.connect("build-finished", mend_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def drop_thebe(app: Sphinx) -> None:
    """Silence the extension for live code: it asks another host, and fails on every page."""
    for name, listeners in app.events.listeners.items():
        app.events.listeners[name] = [
            one for one in listeners if not one.handler.__module__.startswith("sphinx_thebe")
        ]


def warn_about_dead_widgets(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """A widget that needs a kernel would be a picture of a widget: only anywidgets work here."""
    scripts = app.env.nb_metadata.get(docname, {}).get("js_files", {})
    if "ipywidgets_state" not in scripts:
        return
    states = json.loads(scripts["ipywidgets_state"][1]["body"])["state"]
    for node in doctree.findall(nodes.raw):
        for model_id in re.findall(r'"model_id": "(\w+)"', node.astext()):
            module = states.get(model_id, {}).get("model_module", "no module: its state is missing")
            if module != "anywidget":
                LOGGER.warning(f"a widget of {module} does nothing on a page", location=docname)


def load_what_is_needed(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Leave MathJax out where there is no formula. Widgets' scripts come with the page already."""
    if not page.startswith(WITH_EXERCISES):
        without(context, "progress.js")
    if page != START:
        without(context, "/start.js")
        without(context, "/orders.js")
    styles = context["css_files"]
    styles[:] = [style for style in styles if "sphinx-thebe" not in str(style.filename)]
    if doctree is None or not any(doctree.findall(is_formula)):
        without(context, "mathjax")


def without(context: dict, name: str) -> None:
    """Leave a script out of a page."""
    scripts = context["script_files"]
    scripts[:] = [script for script in scripts if name not in described(script).lower()]


def is_formula(node: nodes.Node) -> bool:
    """Tell whether a node is one that MathJax draws."""
    return isinstance(node, nodes.math | nodes.math_block)


def described(script) -> str:
    """Return where a script comes from and what stands in it."""
    return f"{getattr(script, 'filename', script)} {getattr(script, 'attributes', '')}"


def lead_edits_to_the_source(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Notebooks and the reference are built: to correct them means to change their source."""
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            if button.get("label") == "source-edit-button":
                button["url"] = re.sub(
                    r"/(lessons|solutions)/([\w-]+)\.ipynb$", r"/book/lessons/\2.md", button["url"]
                )
                if page.startswith("api/"):
                    path = app.env.metadata[page].get("source", "refimpl/__init__.py")
                    button["url"] = re.sub(r"/api/[\w-]+\.md$", f"/{path}", button["url"])


def lead_from_lesson_to_lesson(
    app: Sphinx, page: str, template: str, context: dict, doctree
) -> None:
    """At its end a lesson leads to the next one, past the solutions that are below it."""
    if not page.startswith("lessons/"):
        return
    relations = app.builder.relations
    for way, place in (("prev", 1), ("next", 2)):
        other = relations[page][place]
        if other and other.startswith("solutions/"):
            other = relations[other][place]
            context[way] = other and {
                "link": app.builder.get_relative_uri(page, other),
                "title": app.builder.render_partial(app.env.titles[other])["title"],
            }


def with_words_for_paper(text: str) -> str:
    """Put words after each player of a page, which paper alone shows, in the player's stead."""

    def words(player: re.Match) -> str:
        duration = DURATION.search(player[1])
        file = media.SOUND_FILE.search(player[0])
        said = duration[0] if duration else Path(file[0]).name if file else player[1]
        source = SOURCE.search(player[0])
        heard = f'<a href="{source[1]}">♪ {said}</a>' if source else f"♪ {said}"
        return f'{player[0]}<span class="on-paper">{heard}</span>'

    return PLAYER.sub(words, text)


def mend_pages(app: Sphinx, exception: Exception | None) -> None:
    """Change in the finished pages what no setting changes: each line says what and why."""
    if exception or app.builder.format != "html":
        return
    finished = []
    # What a page shows in a frame is no page of the theme, and stays as it is.
    every = [path for path in Path(app.outdir).rglob("*.html") if path.parent.name != media.FOLDER]
    for path in every:
        before = path.read_text(encoding="utf-8")
        # Fonts show the theme's icons as well as its script.
        text = FONT_PRELOAD.sub("", ICON_SCRIPT.sub("", before)).replace(TOGGLE, NAMED_TOGGLE)
        text = text.replace(FOLD, "<summary>")
        text = with_words_for_paper(media.into_files(text, path.parent, Path(app.outdir)))
        # Sphinx lays out a long signature as a list of definitions, which it is not.
        text = text.replace("<dl>\n<dd><em", '<dl role="none">\n<dd><em')
        text = text.replace('<dd><em class="sig-param', '<dd role="none"><em class="sig-param')
        # docutils makes a list of works without items: a work's own role is no longer one.
        text = text.replace('role="doc-biblioentry"', 'role="listitem"')
        if text != before:
            path.write_text(text, encoding="utf-8")
        finished.append(text)
    media.remove_unused(Path(app.outdir), finished)
    make_lighter(Path(app.outdir), finished)
    for folder in Path(app.outdir).glob(ICON_SCRIPT_FILES):
        for script in folder.iterdir():
            script.unlink()


def let_pages_be_read_side_by_side(app: Sphinx) -> None:
    """Say it for those of Jupyter Book's extensions that do not: one would hold up all."""
    for name in DO_NOT_SAY:
        app.extensions[name].parallel_read_safe = True
