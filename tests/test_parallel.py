"""One function on many items: the same results in the same order wherever they are worked out."""

import json
import os

import pytest

from refimpl.cli import main
from refimpl.errors import UserError
from refimpl.parallel import AHEAD, map_in_order
from tests.clusters import cluster
from tests.parallel_examples import end_the_worker, process_of, scale, scale_slowly


@pytest.mark.parametrize("n_processes", [1, 2])
def test_results_come_in_the_order_of_the_items(n_processes):
    results = map_in_order(scale, 3, range(20), n_processes=n_processes)
    assert list(results) == [3 * n for n in range(20)]


def test_without_items_there_is_nothing_to_do():
    assert list(map_in_order(scale, 3, [])) == []
    assert list(map_in_order(scale, 3, [], n_processes=2)) == []


def test_one_process_is_this_one_and_more_are_others():
    assert set(map_in_order(process_of, None, range(3))) == {os.getpid()}
    others = set(map_in_order(process_of, None, range(8), n_processes=2))
    assert os.getpid() not in others and 1 <= len(others) <= 2


@pytest.mark.parametrize("n_processes", [1, 2])
def test_an_error_comes_where_its_result_would(n_processes):
    results = map_in_order(scale, 3, [1, 2, None, 4], n_processes=n_processes)
    assert [next(results), next(results)] == [3, 6]
    with pytest.raises(UserError, match="no number"):
        next(results)


def test_a_stream_is_read_a_few_items_ahead_only():
    read = []
    endless = (read.append(n) or n for n in range(10_000))
    results = map_in_order(scale, 3, endless, n_processes=2)
    assert [next(results) for _ in range(5)] == [0, 3, 6, 9, 12]
    results.close()
    assert len(read) <= 2 * AHEAD + 5


def test_a_cluster_that_does_not_answer_is_told_with_its_address():
    with pytest.raises(UserError, match="cluster|tcp://127.0.0.1:1"):
        list(map_in_order(scale, 3, [1], scheduler="tcp://127.0.0.1:1"))


@pytest.fixture
def dask():
    pytest.importorskip("distributed", reason="Dask is not installed: pip install '.[cluster]'")


@pytest.mark.usefixtures("dask")
def test_nothing_is_lost_and_nothing_comes_twice_where_a_worker_is_killed(tmp_path):
    with cluster(tmp_path) as (address, workers):
        results = map_in_order(scale_slowly, 3, range(60), scheduler=address)
        first = [next(results) for _ in range(10)]
        workers[0].kill()
        assert first + list(results) == [3 * n for n in range(60)]


@pytest.mark.usefixtures("dask")
def test_an_item_that_ends_every_worker_is_told(tmp_path):
    with cluster(tmp_path, "--nanny") as (address, _), pytest.raises(UserError, match="item 0 was"):
        list(map_in_order(end_the_worker, None, [1], scheduler=address))


SETTINGS = ["data.n_train=4", "data.n_validation=2", "codec.n_clusters=4", "codec.max_frames=64"]
SMALL = [word for setting in SETTINGS for word in ("--set", setting)]


@pytest.mark.usefixtures("dask")
def test_commands_give_the_same_on_a_cluster(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    with cluster(tmp_path) as (address, _):
        for folder, more in ((here, []), (there, ["--scheduler", address])):
            words = ["corpus", "--out", str(folder / "tunes"), "--count", "3", *more]
            assert main(words) == 0
            words = ["evaluate", str(folder / "tunes"), "--json", "--out", str(folder / "m.json")]
            assert main([*words, "--seconds", "2", *more]) == 0
            words = ["fit", "tinytunes", "--out", str(folder / "run"), *SMALL]
            assert main(words) == 0
            assert main(["tokenize", "--out", str(folder / "run"), *more]) == 0
    measured = [json.loads((folder / "m.json").read_text()) for folder in (here, there)]
    for one, other in zip(*(list(rows.values()) for rows in measured), strict=True):
        assert one == other
    for path in here.rglob("*"):
        if path.suffix in (".wav", ".npy", ".mid"):
            assert path.read_bytes() == (there / path.relative_to(here)).read_bytes(), path
