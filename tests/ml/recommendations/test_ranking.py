import numpy as np
import pytest
from scipy import sparse

from ml.recommendations import ranking
from ml.recommendations.ranking import NOBODY, batches, first_places, rank


def test_the_best_come_first_and_equals_in_the_order_of_products():
    places, found = first_places(np.array([[0.5, 0.9, 0.5, 0.1]], dtype=np.float32), 3)

    assert places.tolist() == [[1, 0, 2]]
    assert found.tolist() == [[0.9, 0.5, 0.5]]


def test_hidden_products_and_those_without_a_score_are_not_shown():
    scores = np.array([[0.5, 0.9, 0.0], [0.5, 0.9, 0.1]], dtype=np.float32)
    hidden = sparse.csr_matrix(np.array([[False, True, False], [False, False, False]]))

    places, _ = first_places(scores, 3, hidden)

    assert places.tolist() == [[0, NOBODY, NOBODY], [1, 0, 2]]


def test_ranking_equals_a_full_sort_whatever_the_batches():
    chance = np.random.default_rng(1)
    scores = np.round(chance.random((40, 70)), 1).astype(np.float32)  # many are equal

    for cells in (70, 500, 1_000_000):
        found = rank(lambda rows: scores[rows], np.arange(40), products=70, places=9, cells=cells)
        expected = np.argsort(-scores, axis=1, kind="stable")[:, :9]
        shown = np.take_along_axis(scores, expected, axis=1) > 0
        assert (found == np.where(shown, expected, NOBODY)).all()


def test_batches_hold_every_position_once_and_no_more_cells_than_allowed():
    parts = list(batches(10, products=30, cells=100))

    assert [len(part) for part in parts] == [3, 3, 3, 1]
    assert np.concatenate(parts).tolist() == list(range(10))
    assert [len(part) for part in batches(2, products=1_000, cells=1)] == [1, 1]


def test_no_products_or_nobody_give_an_empty_ranking():
    assert first_places(np.zeros((2, 0), dtype=np.float32), 5)[0].shape == (2, 0)
    assert rank(lambda rows: np.zeros((0, 3)), np.arange(0), products=3, places=2).shape == (0, 2)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_batches_worked_on_ahead_come_back_in_order(threads):
    batches = list(ranking.batches(10, 3, cells=6))

    found = list(ranking.ahead(batches, lambda rows: rows.tolist(), threads=threads))

    assert [row for rows in found for row in rows] == list(range(10))
    assert [len(rows) for rows in found] == [2, 2, 2, 2, 2]


def test_a_batch_that_fails_fails_the_whole():
    def work(rows):
        raise ArithmeticError("no scores")

    with pytest.raises(ArithmeticError, match="no scores"):
        list(ranking.ahead([np.arange(2)], work, threads=2))
