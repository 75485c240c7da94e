"""Faults: each is named, none of them hangs, and closing is quick."""

import os
import signal
import time

import pytest

from refimpl.birdie import Birdie, BirdieError, LiteralTokenizer, WorkerError
from tests.birdie.birdie_examples import (
    VOCABULARY,
    dying,
    empty,
    failing,
    literals,
    of_nothing,
    raising,
    sleeping,
    tunes,
    with_a_bad_text,
)
from tests.birdie.test_birdie_batches import CONFIG, take
from tests.patience import PATIENCE

WORKERS = [{"num_workers": 0}, {"num_workers": 2, "start_method": "fork"}]


def many(config, n=60):
    with Birdie(CONFIG | {"steps_between_evaluations": 1000} | config) as birdie:
        return take_plain(birdie, n)


def take_plain(birdie, n):
    return [birdie.get_next_training_sample() for _ in range(n)]


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize(
    ("ds", "message"),
    [
        (empty, "dataset is empty"),
        (of_nothing, "dataset is empty"),
        (raising, r"train, shard \d+ of 16, sample \d: ds failed: KeyError: 'no such column'"),
        (failing, "OSError: the disk is gone"),
        (with_a_bad_text, r"train, shard \d+ of 16, sample 1: a text of tokens .* '\[12, oops\]'"),
    ],
)
def test_what_is_wrong_with_the_data_is_said(ds, message, workers):
    with pytest.raises(BirdieError, match=message) as caught:
        many({"ds": ds} | workers)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("workers", WORKERS)
def test_samples_that_cannot_be_read_are_skipped_and_counted_where_asked(workers):
    config = CONFIG | {"ds": with_a_bad_text, "on_bad_sample": "skip"} | workers
    with Birdie(config) as birdie:
        take_plain(birdie, 40)
        assert birdie.skipped >= 16
        assert "oops" in birdie.skip_reasons[0]


def test_a_dataset_of_nothing_but_bad_samples_ends_too():
    def bad(split, worker_id, num_workers, rng_seed=0):
        return ["no tokens"] * 3

    with pytest.raises(BirdieError, match="empty"):
        many({"ds": bad, "on_bad_sample": "skip"})


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_a_worker_that_dies_is_noticed(start_method):
    with pytest.raises(WorkerError, match="died .exit code 3"):
        many({"ds": dying, "num_workers": 1, "start_method": start_method})


def test_a_worker_that_is_killed_is_noticed():
    config = CONFIG | {"num_workers": 2, "start_method": "fork"}
    birdie = Birdie(config)
    take_plain(birdie, 2)
    os.kill(birdie._pool._workers[0].process.pid, signal.SIGKILL)
    with pytest.raises(WorkerError, match="exit code -9"):
        take_plain(birdie, 60)
    birdie.close()


def test_a_worker_that_sleeps_is_ended():
    birdie = Birdie(CONFIG | {"ds": sleeping, "num_workers": 2, "start_method": "fork"})
    birdie.get_next_training_sample()
    processes = [worker.process for worker in birdie._pool._workers]
    birdie.close()
    assert not any(process.is_alive() for process in processes)
    birdie.close()  # twice does no harm


def test_leaving_without_closing_ends_the_workers():
    birdie = Birdie(CONFIG | {"num_workers": 1, "start_method": "fork"})
    birdie.get_next_training_sample()
    process = birdie._pool._workers[0].process
    del birdie
    process.join(PATIENCE)
    assert not process.is_alive()


def test_what_cannot_be_sent_to_a_worker_is_said():
    def local(split, worker_id, num_workers, rng_seed=0):
        return literals(split, worker_id, num_workers, rng_seed)

    with pytest.raises(WorkerError, match="num_workers=0"):
        many({"ds": local, "num_workers": 1, "start_method": "spawn"})
    assert many({"ds": local, "num_workers": 1}, 3)  # where there is fork, it does


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sequence_lenght": 512}, "'sequence_lenght'; did you mean sequence_length"),
        ({"objectives": [{"name": "infilling", "corruption": 0.1}]}, "corruption_rate"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"num_workers": 20}, "num_workers is 20 and num_shards 16"),
        ({"num_workers": -1}, "num_workers"),
        ({"ds": None}, "give ds"),
        ({"ds": 7}, "ds is int"),
        ({"ds": "[1, 2]"}, "ds is str"),
        ({"vocabulary": None}, "vocabulary=Vocabulary"),
        ({"on_bad_sample": "ignore"}, "on_bad_sample"),
        ({"curriculum": "reward_modle"}, "reward_modle"),
        ({"sequence_length": 8}, "sequence_length is 8"),
        ({"start_method": "teleport", "num_workers": 1}, "teleport"),
    ],
)
def test_a_wrong_setting_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        many(changes, 1)


@pytest.mark.parametrize("ids", [[512 + 53], [-1], [[1, 2]], [0.5], ["a"]])
def test_ids_that_are_no_tokens_are_refused_by_their_place(ids):
    with pytest.raises(BirdieError, match="sample 0"):
        many({"ds": {"train": [ids] * 20}}, 1)


def test_validation_without_data_is_said():
    birdie = Birdie(CONFIG | {"ds": {"train": tunes(20)}})
    with pytest.raises(BirdieError, match="validation"):
        take(birdie, 1)


@pytest.mark.parametrize(
    "text",
    ["", "12", "[1, 2.5]", "[1, true]", "[[1]]", "__import__('os')", "[1,", '["1"]', "{}"]
    + ["[1, ]", "[, 1]", "[1, , 2]", "[1,5 2]", "[1 2]", "1[2]", "[1]2", "[1, -]", f"[{2**63}]"],
)
def test_texts_that_are_no_literals_are_refused(text):
    with pytest.raises(BirdieError, match="looks like"):
        LiteralTokenizer().encode(text)


def test_literals_come_back_and_lose_their_padding():
    tokenizer = LiteralTokenizer()
    assert tokenizer.encode("[12, 45,511]").tolist() == [12, 45, 511]
    assert tokenizer.encode(tokenizer.decode([3, 4])).tolist() == [3, 4]
    assert tokenizer.encode("[]").tolist() == tokenizer.encode("[-100]").tolist() == []
    assert tokenizer.encode("[0]").dtype == tokenizer.encode("[0,1]").dtype == "int64"
    assert tokenizer.encode(" [1, -100, 2, -100] ").tolist() == [1, 2]
    assert VOCABULARY.size > 511


def test_a_worker_ends_when_the_run_is_gone(tmp_path):
    # A run that is killed cannot close anything.
    pid = os.fork()
    if pid == 0:
        birdie = Birdie(CONFIG | {"num_workers": 2, "start_method": "fork"})
        birdie.get_next_training_sample()
        pids = [str(worker.process.pid) for worker in birdie._pool._workers]
        (tmp_path / "pids.new").write_text(" ".join(pids))
        (tmp_path / "pids.new").rename(tmp_path / "pids")
        time.sleep(PATIENCE)
        os._exit(0)
    while not (tmp_path / "pids").exists():
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    deadline = time.monotonic() + PATIENCE
    for worker in map(int, (tmp_path / "pids").read_text().split()):
        while time.monotonic() < deadline and _runs(worker):
            time.sleep(0.02)
        assert not _runs(worker)


def _runs(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
