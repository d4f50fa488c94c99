import numpy as np
import pytest

from ml.recommendations.interactions import read
from ml.recommendations.products import ProductNeighbours
from tests.ml.recommendations.shops import AS_OF, catalogue, seen, shop


def alike(likeness, given, neighbours=1_000):
    algorithm = ProductNeighbours(likeness, half_life_days=None, neighbours=neighbours)
    arrays, _ = algorithm.fit(given, catalogue(), seed=1).state()
    count = len(given.products)
    dense = np.zeros((count, count))
    for row in range(count):
        own = slice(arrays["indptr"][row], arrays["indptr"][row + 1])
        dense[row, arrays["indices"][own]] = arrays["data"][own]
    return dense


def test_co_purchases_count_the_baskets_that_hold_both():
    given = seen(
        ("ann", "hat", 1), ("ann", "cap", 1),
        ("bob", "hat", 1), ("bob", "cap", 1), ("bob", "cap", 9), ("bob", "tie", 9),
    )  # fmt: skip

    # cap and hat in two baskets, cap and tie in one; products in order: cap, hat, tie
    assert alike("co_purchase", given).tolist() == [[0, 2, 1], [2, 0, 0], [1, 0, 0]]


def test_the_cosine_is_that_of_who_took_the_products():
    given = seen(("ann", "hat", 1), ("ann", "cap", 1), ("bob", "hat", 1), ("eve", "hat", 1))

    # one customer took both; one took cap, three hat
    assert alike("cosine", given)[0, 1] == pytest.approx(1 / np.sqrt(1 * 3), abs=1e-6)


def test_bm25_equals_its_formula_by_brute_force():
    given = read(shop(40), as_of=AS_OF)
    counts = given.matrix(is_counted=True).toarray()
    customers, products = counts.shape
    lengths = counts.sum(axis=1)
    weights = np.zeros_like(counts)
    for i in range(customers):
        for j in range(products):
            if counts[i, j]:
                takers = (counts[:, j] > 0).sum()
                rarity = np.log(1 + (customers - takers + 0.5) / (takers + 0.5))
                damped = counts[i, j] + 1.2 * (0.25 + 0.75 * lengths[i] / lengths.mean())
                weights[i, j] = rarity * counts[i, j] * 2.2 / damped
    weights /= np.linalg.norm(weights, axis=0)
    expected = weights.T @ weights
    np.fill_diagonal(expected, 0)

    assert alike("bm25", given) == pytest.approx(expected, abs=1e-5)


def test_only_the_nearest_products_are_kept():
    given = read(shop(), as_of=AS_OF)

    everything, few = alike("cosine", given), alike("cosine", given, neighbours=3)

    assert ((few > 0).sum(axis=1) == 3).all()
    assert np.sort(few, axis=1)[:, -3:] == pytest.approx(np.sort(everything, axis=1)[:, -3:])
