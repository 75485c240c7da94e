import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.metrics import longest_shared_run, match_lengths, measure_copying, ngram_overlap

# Few different tokens make long and nested repetitions.
SEQUENCES = st.lists(st.lists(st.integers(0, 2), max_size=14), max_size=4)


def brute_force(query, training):
    lengths = []
    for i in range(len(query)):
        best = 0
        for tune in training:
            for j in range(len(tune)):
                run = 0
                while (
                    i + run < len(query) and j + run < len(tune) and query[i + run] == tune[j + run]
                ):
                    run += 1
                best = max(best, run)
        lengths.append(best)
    return lengths


@given(queries=SEQUENCES, training=SEQUENCES)
@settings(max_examples=150, deadline=None)
def test_match_lengths_are_those_of_brute_force(queries, training):
    found = match_lengths(queries, training)
    assert [f.tolist() for f in found] == [brute_force(q, training) for q in queries]


def test_a_copied_passage_is_found_wherever_it_stands():
    rng = np.random.default_rng(0)
    training = [rng.integers(0, 512, 250) for _ in range(200)]
    tune = rng.integers(512, 1024, 250)  # tokens that training never has
    tune[100:170] = training[123][30:100]
    assert longest_shared_run(tune, training) == 70
    measured = measure_copying([tune, training[7]], training)
    assert measured[0]["ngrams_32"] == (70 - 32 + 1) / (250 - 32 + 1)
    assert measured[0]["ngrams_64"] == (70 - 64 + 1) / (250 - 64 + 1)
    assert measured[1] == {"longest_run": 250.0, "ngrams_32": 1.0, "ngrams_64": 1.0}


def test_a_run_does_not_go_from_one_training_tune_into_the_next():
    assert longest_shared_run([1, 2, 3, 4], [[9, 1, 2], [3, 4, 9]]) == 2


def test_tunes_shorter_than_an_ngram_have_no_overlap_to_measure():
    assert np.isnan(ngram_overlap(np.array([3, 2, 1]), 4))
    assert ngram_overlap(np.array([3, 2, 1]), 3) == 1.0
    assert longest_shared_run([], [[1]]) == longest_shared_run([1], []) == 0
