"""A box around each exercise of a lesson, from its points to its check and a link to an answer."""

from docutils import nodes
from sphinx.application import Sphinx

from bookbuild.pages import exercises_in

FACTS = "exercise-facts"


def box_exercises(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put what belongs to an exercise into a box, below its heading."""
    if not docname.startswith("lessons/"):
        return
    for section in list(doctree.findall(nodes.section)):
        begin = first(section, lambda node: FACTS in node.get("classes", []))
        end = first(section, is_check)
        if begin is None or end is None:
            continue
        if end + 1 < len(section) and "page-remark" in section[end + 1].get("classes", []):
            end += 1
        box = nodes.container(is_div=True, classes=["exercise-box"])
        box.extend(section[begin : end + 1])
        section[begin : end + 1] = [box]


def first(section: nodes.section, is_wanted) -> int | None:
    """Return the place of the first child of some kind; text has no classes to ask for."""
    for place, node in enumerate(section.children):
        if isinstance(node, nodes.Element) and is_wanted(node):
            return place
    return None


def is_check(node: nodes.Element) -> bool:
    """Tell whether a node is the cell that checks an exercise."""
    return node.get("nb_element") == "cell_code" and bool(exercises_in(node.astext()))
