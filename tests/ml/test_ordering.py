import numpy as np
import pytest

from ml.ordering import by_similarity


def test_what_is_alike_stands_together():
    groups = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2])
    similarity = np.where(groups[:, None] == groups[None, :], 0.8, 0.1)
    np.fill_diagonal(similarity, 1.0)
    order = by_similarity(similarity)
    assert sorted(order) == list(range(9))
    ordered = groups[order]
    assert (np.diff(ordered) != 0).sum() == 2  # three groups have two borders


@pytest.mark.parametrize("count", [0, 1, 2])
def test_two_or_fewer_keep_their_order(count):
    assert by_similarity(np.eye(count)) == list(range(count))


def test_the_same_similarities_give_the_same_order():
    similarity = np.full((5, 5), 0.5)
    np.fill_diagonal(similarity, 1.0)
    assert by_similarity(similarity) == by_similarity(similarity.copy())


def test_what_is_no_similarity_is_refused():
    with pytest.raises(ValueError, match="square"):
        by_similarity(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="symmetric"):
        by_similarity(np.array([[1.0, 0.2], [0.4, 1.0]]))
