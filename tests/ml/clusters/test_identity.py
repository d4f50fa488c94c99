import numpy as np
import pytest

from ml.clusters import identity
from tests.ml.clusters.shops import model_of, shop


def test_clusters_keep_their_numbers_whatever_order_a_training_finds_them_in():
    frame, _ = shop()
    before = identity.reordered(model_of(frame), np.array([0, 1, 2]))
    shuffled = identity.reordered(before, np.array([2, 0, 1]))

    matched = identity.match(shuffled, before, frame)

    assert matched.model.numbers == (0, 1, 2)
    assert matched.model.labels == before.labels
    assert matched.kept == {0: pytest.approx(1), 1: pytest.approx(1), 2: pytest.approx(1)}
    assert (matched.born, matched.gone) == ((), ())


def test_a_cluster_that_falls_in_two_keeps_its_number_once_and_no_number_is_used_again():
    frame, group = shop()
    before = model_of(frame)
    apart = frame.copy()
    apart.loc[(group == 2) & (np.arange(len(frame)) % 4 == 0), "age"] += 60.0
    four = model_of(apart, k=4)

    matched = identity.match(four, before, apart)
    back = identity.match(before, matched.model, frame)

    assert matched.model.numbers == (0, 1, 2, 3)
    assert matched.born == (3,)
    assert matched.model.next_number == 4
    assert back.gone == (3,)
    assert identity.match(four, back.model, apart).born == (4,)


def test_a_cluster_like_none_before_is_a_new_one():
    frame, _ = shop()
    before = model_of(frame)
    elsewhere = frame.assign(spend=-frame["spend"] * 9, visits=frame["age"] * 50)
    other = model_of(elsewhere, k=8)

    matched = identity.match(other, before, elsewhere)

    assert len(set(matched.model.numbers)) == 8
    assert set(matched.born) == set(matched.model.numbers) - {0, 1, 2}
