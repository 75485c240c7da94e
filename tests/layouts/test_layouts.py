"""Every layout of the table keeps the contract, and each has the rows that its picture shows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.layouts import LAYOUTS, Delay, Flat, LayoutError, make_layout
from refimpl.layouts.delay import Parallel
from tests.layouts import contract

sizes = st.lists(st.integers(1, 7), min_size=1, max_size=5)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__[6:])
@given(
    stream_sizes=sizes,
    n_steps=st.integers(0, 9),
    kind=st.sampled_from(["course", "report"]),
    seed=st.integers(0, 2**32),
)
def test_contract(check, name, stream_sizes, n_steps, kind, seed):
    layout = make_layout(name, stream_sizes, kind)
    assert layout.name == name and layout.vocabulary.kind == kind
    check(layout, n_steps, np.random.default_rng(seed))


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__[6:])
@given(stream_sizes=sizes, n_steps=st.integers(0, 9), seed=st.integers(0, 2**32))
def test_delays_need_no_order(check, stream_sizes, n_steps, seed):
    name = "delay:" + "0,3,1,1,2"[: 2 * len(stream_sizes) - 1]
    layout = make_layout(name, stream_sizes)
    assert layout.name == name
    check(layout, n_steps, np.random.default_rng(seed))


def test_partial_layouts_treat_all_finer_streams_alike():
    assert make_layout("partial_delay", [4] * 4).delays.tolist() == [0, 1, 1, 1]
    rows = make_layout("partial_flat", [4] * 3).to_tokens(np.array([[1, 2, 3]]))
    start = make_layout("partial_flat", [4] * 3).vocabulary.start
    assert rows.tolist() == [[1, start, start], [start, 2, 3]]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("flat", 3),
        ("partial_flat", 2),
        ("parallel", 1),
        ("delay", 1),
        ("delay:0,5,2", 1),
        ("partial_delay", 1),
        ("coarse_first", 2),
    ],
)
def test_a_layout_says_how_many_rows_a_step_takes(name, rows):
    layout = make_layout(name, [4, 4, 4])
    assert layout.rows_per_step == rows
    assert layout.n_tokens(1001) - layout.n_tokens(1) == 1000 * rows


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("delay:0", "delays 0 for 2 streams; give one for each"),
        ("delay:0,1,2", "delays 0,1,2 for 2 streams"),
        ("delay:1,2", "the first of them 0"),
        ("delay:0,1001", "from 0 to 1000"),
        ("delay:", "only delay takes numbers, such as delay:0,1,1,3"),
        ("delay:0,-1", "only delay takes numbers"),
        ("delay:0,x", "only delay takes numbers"),
        ("flat:0,1", "only delay takes numbers"),
        ("dealy:0,1", "there is no layout 'dealy'; did you mean delay?"),
    ],
)
def test_delays_that_do_not_fit_are_named(name, told):
    with pytest.raises(LayoutError, match=told):
        make_layout(name, [4, 4])
    with pytest.raises(LayoutError, match="delays 0,-1"):
        Delay([4, 4], delays=[0, -1])


class Forgetful(Delay):
    """Forgets the last code of its last stream."""

    def to_tokens(self, codes):
        return super().to_tokens(codes)[:-1]


class Lenient(Parallel):
    """Lets every column end for itself."""

    def allowed(self, position, end=None):
        mask = super().allowed(position, end)
        mask[:, self.vocabulary.end] = True
        return mask


class Trusting(Flat):
    """Takes whatever comes three at a time for a step."""

    def to_codes(self, tokens):
        ids = self.check_tokens(tokens)[:, 0]
        whole = ids[: len(ids) // self.n_streams * self.n_streams]
        return whole.reshape(-1, self.n_streams) - self.offsets


@pytest.mark.parametrize(
    ("layout", "check"),
    [
        (Forgetful, contract.check_round_trip),
        (Lenient, contract.check_what_it_allows_can_be_decoded),
        (Trusting, contract.check_wrong_tokens),
    ],
)
def test_contract_notices_a_wrong_layout(layout, check):
    with pytest.raises(AssertionError):
        for seed in range(20):
            check(layout((5, 4, 3)), 6, np.random.default_rng(seed))


CODES = np.array([[0, 1], [2, 3], [4, 0]])


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("flat", ["0 6 2 8 4 5"]),
        ("parallel", ["0 2 4", "1 3 0"]),
        ("delay", ["0 2 4 END", "START 1 3 0"]),
        ("delay:0,2", ["0 2 4 END END", "START START 1 3 0"]),
        ("delay:0,0", ["0 2 4", "1 3 0"]),
        ("partial_delay", ["0 2 4 END", "START 1 3 0"]),
        ("partial_flat", ["0 START 2 START 4 START", "START 1 START 3 START 0"]),
        ("coarse_first", ["0 2 4 END END END END", "START START START START 1 3 0"]),
    ],
)
def test_rows_are_those_of_the_picture(name, columns):
    layout = make_layout(name, (5, 4))
    words = {"START": layout.vocabulary.start, "END": layout.vocabulary.end}
    expected = [[words.get(word) or int(word) for word in column.split()] for column in columns]
    assert layout.to_tokens(CODES).T.tolist() == expected


@pytest.mark.parametrize("name", LAYOUTS)
def test_one_stream_is_laid_out_as_its_codes(name):
    layout = make_layout(name, [9])
    assert layout.to_tokens(np.arange(9)[:, None]).tolist() == [[i] for i in range(9)]
    assert layout.vocabulary.n_codes == 9
    assert layout.to_codes(np.arange(9)).tolist() == [[i] for i in range(9)]


def test_flat_numbers_the_codes_of_a_stream_after_those_of_the_streams_before():
    ids = Flat((16, 8, 4)).to_tokens(np.array([[5, 2, 1], [0, 0, 0]]))
    assert ids[:, 0].tolist() == [5, 18, 25, 0, 16, 24]


@given(st.lists(st.integers(0, 8), max_size=40))
def test_flat_keeps_exactly_the_runs_in_stage_order(ids):
    sizes = (4, 3, 2)
    stage = [0 if i < 4 else 1 if i < 7 else 2 for i in ids]
    expected = [
        [ids[i], ids[i + 1] - 4, ids[i + 2] - 7]
        for i in range(len(ids) - 2)
        if stage[i : i + 3] == [0, 1, 2]
    ]
    assert Flat(sizes).to_codes(np.array(ids, dtype=int)).tolist() == expected


def test_flat_reads_on_after_a_broken_step():
    layout = Flat((3, 3))
    special = layout.vocabulary.start
    assert layout.to_codes([0, 3, 1, 2, 4, special, 0, special, 5, 4]).tolist() == [
        [0, 0],
        [2, 1],
        [0, 2],
    ]


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (np.zeros((3, 3), int), r"\(3, 3\).*\(n_steps, 2\)"),
        (np.zeros(4, int), r"\(n_steps, 2\)"),
        (np.zeros((3, 2)), "float64"),
        (np.array([[0, 0], [0, 4]]), "step 1 has code 4 in stream 1.*0 to 3"),
        (np.array([[-1, 0]]), "step 0 has code -1 in stream 0"),
    ],
)
def test_wrong_codes_are_named(name, codes, said):
    with pytest.raises(LayoutError, match=said):
        make_layout(name, (5, 4)).to_tokens(codes)


@pytest.mark.parametrize("name", LAYOUTS)
def test_tokens_of_another_shape_are_refused(name):
    with pytest.raises(LayoutError, match="n_tokens"):
        make_layout(name, (5, 4)).to_codes(np.zeros((3, 7), int))


def test_what_is_no_layout_is_refused():
    with pytest.raises(LayoutError, match="'zigzag'; there are flat, partial_flat"):
        make_layout("zigzag", [4])
    with pytest.raises(LayoutError, match="at least one"):
        make_layout("flat", [])
    with pytest.raises(LayoutError, match="each at least 1"):
        make_layout("flat", [4, 0])
