"""Which code a page folds away, and which stays open."""

import pytest
from bookbuild.folding import fold_code

TEACHES = '''def mean(values):
    """The mean."""
    return sum(values) / len(values)
'''


def is_folded(notebook, number=-1):
    fold_code(notebook)
    return "hide-input" in notebook.cells[number].metadata.get("tags", [])


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nfrom os import path",
        "import numpy as np\n\nPARTS = ('melody', 'bass')",
        "picture, (axes,) = new_picture()\naxes.plot(values)\npicture",
        "play_all(sounds, rate)",
        "for name in sounds:\n    print(name, measure(sounds[name]))",
        "value = solved('1.1', mean)([1, 2])\nvalue",
        "def draw(n):\n    print(n)\n\n\nexplore(draw, {'n': [1, 2]})",
    ],
)
def test_cells_that_import_draw_play_or_measure_are_folded(make_notebook, source):
    assert is_folded(make_notebook(source))


@pytest.mark.parametrize(
    "source",
    [
        TEACHES,
        TEACHES + "\n\nprint(mean([1, 2]))",
        'check("1.1", mean)',
        "rng = np.random.default_rng(3)\npoints = rng.standard_normal((20, 2))",
        "%no python",
    ],
)
def test_what_teaches_stays_open(make_notebook, source):
    assert not is_folded(make_notebook(source))


def test_a_long_cell_stays_open_only_if_its_functions_are_most_of_it(make_notebook):
    measuring = "\n".join(f"print(mean([{n}]))" for n in range(14))
    assert is_folded(make_notebook(f"{TEACHES}\n\n{measuring}"))
    longer = TEACHES.replace("    return", "    # why\n" * 20 + "    return")
    assert not is_folded(make_notebook(f"{longer}\n\n{measuring}"))


def test_a_function_of_the_lesson_that_prints_counts_as_showing(make_notebook):
    notebook = make_notebook("def study(n):\n    print(n)", "found = [study(n) for n in sizes]")
    assert is_folded(notebook)


@pytest.mark.parametrize(
    ("tag", "source", "folded"),
    [("show-input", "print(1)", False), ("hide-input", TEACHES, True)],
)
def test_a_tag_decides_before_the_rule(make_notebook, tag, source, folded):
    notebook = make_notebook(source)
    notebook.cells[0].metadata["tags"] = [tag]
    assert is_folded(notebook) is folded
    assert notebook.cells[0].metadata["tags"] == [tag]
