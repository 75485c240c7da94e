"""Putting the pages together: solutions are linked in one edition, and nowhere in the other."""

import nbformat
import pytest
import yaml
from bookbuild import pages, staging
from bookbuild.execution import Executed


@pytest.fixture
def staged(project, tmp_path):
    """Puts the pages of an edition together and returns the folder."""

    def staged(edition):
        result = Executed([[], [], []], {}, [], [4.1] * 3)
        executed = {path: result for path in staging.notebooks(project, edition)}
        staging.stage(project, tmp_path / "source", edition, executed)
        return tmp_path / "source"

    return staged


def all_text(folder):
    return "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.*"))


def test_a_lesson_tells_its_time_and_links_to_its_solutions(staged):
    page = nbformat.read(staged("full") / "lessons/01-small.ipynb", as_version=4)
    assert page.cells[0].source == "# 1. Small"
    assert 'class="is-here">waveform' in page.cells[1].source
    assert "12 s" in page.cells[2].source
    assert "../solutions/01-small.ipynb" in page.cells[2].source
    check = next(i for i, cell in enumerate(page.cells) if "check(" in cell.source)
    assert "<solution-1-1>" in page.cells[check + 1].source


def test_the_solution_page_holds_the_exercise_and_links_back(staged):
    text = (staged("full") / "solutions/01-small.ipynb").read_text(encoding="utf-8")
    assert "return x + x" in text
    assert "(solution-1-1)=" in text
    assert "../lessons/01-small.ipynb" in text
    assert "BEGIN SOLUTION" not in text
    assert "2 + 2" not in text  # of the lesson only what belongs to an exercise
    assert "After" not in text


def test_the_class_edition_has_no_solution_and_nothing_that_leads_to_one(staged):
    folder = staged("full")
    assert "olution" in all_text(folder)
    folder = staged("class")
    assert not list(folder.glob("solutions/*"))
    assert "olution" not in all_text(folder)
    assert "12 s" in all_text(folder)


def test_the_sources_of_lessons_are_not_in_the_book(staged):
    assert "the answer" not in all_text(staged("full"))


def test_what_did_not_change_is_not_written_again(staged, project):
    before = {path: path.stat().st_mtime_ns for path in staged("full").rglob("*.*")}
    (project / "book/index.md").write_text("# Another start")
    after = {path: path.stat().st_mtime_ns for path in staged("full").rglob("*.*")}
    assert [path.name for path in after if after[path] != before.get(path)] == ["index.md"]


def test_a_removed_page_leaves_the_folder(staged, project):
    (project / "book/index.md").rename(project / "book/start.md")
    folder = staged("full")
    (project / "book/start.md").unlink()
    assert (folder / "book/start.md").exists()
    assert not (staged("full") / "book/start.md").exists()


def test_a_hash_in_a_code_fence_is_no_heading():
    text = "## One\n\n```\n# a comment\n```\n\n### Two\n\nEnd"
    assert pages.split_at_headings(text) == ["## One\n\n```\n# a comment\n```", "### Two\n\nEnd"]


@pytest.mark.parametrize(("seconds", "told"), [(0.2, "1 s"), (41.6, "42 s"), (150, "2 minutes")])
def test_durations_are_told_as_people_tell_them(seconds, told):
    assert pages.in_words(seconds) == told


def test_an_exercise_gets_a_label_and_a_progress_page_its_list(staged, project):
    (project / "book/progress.md").write_text("# Progress\n\n<!-- all exercises -->\n")
    folder = staged("class")
    page = nbformat.read(folder / "lessons/01-small.ipynb", as_version=4)
    assert any(c.source.startswith("(exercise-1-1)=\n### Exercise 1.1") for c in page.cells)
    text = (folder / "book/progress.md").read_text()
    assert 'href="../lessons/01-small.html#exercise-1-1"' in text
    assert 'data-exercise="1.1" data-points="4"' in text
    assert 'data-exercise="2.1"' not in text  # no such lesson in this book


def test_the_start_pages_list_and_number_of_lessons_come_from_the_contents(staged, project):
    text = "{{ n_lessons }} lessons:\n\n<!-- all lessons -->\n"
    (project / "book/index.md").write_text(text)
    title = "# 1. Small: a start"
    path = project / "lessons/01-small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = title
    nbformat.write(notebook, path)
    page = (staged("class") / "book/index.md").read_text()
    assert page.startswith("One lessons:\n")
    assert '<li value=1><a href="../lessons/01-small.html">Small</a>: a start</li>' in page


def test_the_reference_is_in_the_contents_in_order(staged, project):
    toc = (project / "_toc.yml").read_text()
    extra = "  - caption: Reference\n    chapters:\n      - glob: api/index\n"
    (project / "_toc.yml").write_text(toc + extra)
    text = (staged("full") / "_toc.yml").read_text()
    assert "file: api/index" in text
    assert text.index("api/other") < text.index("api/used")
    assert (staged("full") / "api/used.md").exists()


def test_the_solutions_are_below_their_lesson_in_the_contents(staged):
    lessons = yaml.safe_load((staged("full") / "_toc.yml").read_text())["parts"][0]["chapters"]
    assert lessons == [
        {
            "file": "lessons/01-small",
            "sections": [{"file": "solutions/01-small", "title": "Solutions"}],
        }
    ]
