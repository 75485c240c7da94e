"""Running notebooks for the book: what is kept, what runs again, and what a failure says."""

import pytest
from bookbuild import execution
from bookbuild.execution import Executed, ExecutionFailed


@pytest.fixture
def key(project, make_notebook):
    """Returns the key of a notebook that imported one of the package's two modules."""

    def key(*cells, modules=("refimpl", "refimpl.used")):
        hashes = execution.file_hashes(project)
        return execution.key_of(make_notebook("set-up", *cells), list(modules), hashes)

    return key


def test_a_result_holds_until_a_module_that_was_imported_changes(project, key):
    before = key("print(1)")
    (project / "refimpl/other.py").write_text("VALUE = 5")
    assert key("print(1)") == before
    (project / "refimpl/used.py").write_text("VALUE = 5")
    assert key("print(1)") != before


@pytest.mark.parametrize("name", ["refimpl/data/model.json", "requirements.txt"])
def test_a_result_does_not_outlive_data_and_versions(project, key, name):
    before = key("print(1)")
    (project / name).write_text("changed")
    assert key("print(1)") != before


def test_measurements_count_where_a_cell_reads_them(project, key):
    reads = 'Path("book/results/cost.json").read_text()'
    before, apart = key(reads), key("print(1)")
    (project / "book/results").mkdir(parents=True)
    (project / "book/results/cost.json").write_text("[1]")
    assert key(reads) != before and key("print(1)") == apart


def test_a_changed_cell_runs_again_and_changed_text_does_not(key):
    assert key("print(1)") != key("print(2)")
    assert key("print(1)", "Text") == key("print(1)", "Text, mended")


@pytest.mark.parametrize("cell", ["!refimpl corpus", "import subprocess"])
def test_what_a_cell_starts_may_import_every_module(project, key, cell):
    before = key(cell)
    (project / "refimpl/other.py").write_text("VALUE = 5")
    assert key(cell) != before


def test_the_kernel_says_what_it_imported_however_late(project, make_notebook, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(project))
    cells = ["def late():\n    from refimpl import used\n    return used.VALUE", "late()"]
    result = execution.run(project / "lessons/01-small.ipynb", make_notebook("# 1", *cells))
    assert result.modules == ["refimpl", "refimpl.used"]
    assert len(result.outputs) == 2  # the question for the modules is not the page's
    assert result.outputs[1][0]["data"]["text/plain"] == "3"
    assert result.seconds > 0


def test_a_failure_names_the_lesson_the_cell_and_the_error(project, make_notebook):
    broken = make_notebook("# 1", "a = 1", "b = a / 0", "c = 2")
    with pytest.raises(ExecutionFailed) as failure:
        execution.run_or_fail(project / "lessons/01-small.ipynb", broken)
    told = str(failure.value)
    assert "lessons/01-small.ipynb, code cell 2" in told
    assert "b = a / 0" in told
    assert "ZeroDivisionError: division by zero" in told


def test_only_what_does_not_hold_is_run(project, monkeypatch, tmp_path):
    ran = []

    def run_parallel(notebooks):
        ran.extend(path.parent.name for path in notebooks)
        for path in notebooks:
            yield path, Executed([[], [], []], {}, ["refimpl", "refimpl.used"], [0.1] * 3)

    monkeypatch.setattr(execution, "run_parallel", run_parallel)
    paths = sorted(project.glob("*/01-small.ipynb"))
    for _ in range(2):
        results = execution.execute_all(project, paths, tmp_path / "kept")
        assert list(sorted(results)) == paths
    assert sorted(ran) == ["lessons", "solutions"]
    (project / "refimpl/used.py").write_text("VALUE = 5")
    execution.execute_all(project, paths, tmp_path / "kept")
    assert len(ran) == 4


def test_a_kept_result_that_is_broken_off_is_no_result(tmp_path):
    (tmp_path / "kept.json").write_text('{"outputs": [')
    assert execution.load(tmp_path / "kept.json") is None
