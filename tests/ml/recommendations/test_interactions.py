import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from ml.recommendations.interactions import decay, read
from tests.ml.recommendations.shops import AS_OF, dated, seen


def test_weights_of_a_pair_add_up_and_halve_with_each_half_life():
    given = seen(("ann", "hat", 10, 1.0), ("ann", "hat", 20, 8.0), ("bob", "cap", 0, 3.0))

    # products in order: cap, hat; 10 days are one half-life, 20 two: 1 / 2 + 8 / 4
    assert given.matrix(10.0).toarray().tolist() == [[0, 2.5], [3, 0]]
    assert given.matrix().toarray().tolist() == [[0, 9], [3, 0]]
    assert given.matrix(is_counted=True).toarray().tolist() == [[0, 2], [1, 0]]


def test_the_matrix_is_the_one_that_scipy_sums_to_the_last_bit():
    frame = dated(*[(f"c{i * 7 % 11}", f"p{i * 5 % 6}", i % 13, 0.1 * i) for i in range(1, 200)])
    given = read(frame, as_of=AS_OF, customers=[f"c{i}" for i in range(14)])
    values = given.weight * decay(given.age_days, 9.0)
    theirs = sparse.csr_matrix((values, (given.customer, given.product)), shape=given.shape)

    ours = given.matrix(9.0)
    assert ours.has_canonical_format
    assert (ours.indices.dtype, ours.data.dtype) == (np.int32, np.float32)
    assert ours.toarray().tobytes() == theirs.astype(np.float32).toarray().tobytes()
    assert seen().matrix().shape == (0, 0)


def test_what_comes_after_the_moment_is_not_read():
    assert len(seen(("ann", "hat", 0), ("ann", "hat", -1)).weight) == 1


def test_customers_and_products_may_be_given_and_others_are_left_out():
    rows = (("ann", "hat", 1), ("bob", "hat", 1), ("ann", "cap", 1))

    given = seen(*rows, customers=["eve", "ann"], products=["hat", "tie"])

    assert given.customers.tolist() == ["ann", "eve"]
    assert given.matrix().toarray().tolist() == [[1, 0], [0, 0]]


def test_the_order_of_rows_changes_nothing():
    frame = dated(*[(f"c{i % 7}", f"p{i % 5}", i % 11, 0.1 * (i + 1)) for i in range(60)])

    one, other = (
        read(each, as_of=AS_OF).matrix(7.0)
        for each in (frame, frame.sample(frac=1, random_state=3))
    )

    assert one.data.tobytes() == other.data.tobytes()


def test_a_basket_is_what_one_customer_took_on_one_day():
    given = seen(("ann", "hat", 1), ("ann", "cap", 1), ("ann", "hat", 5), ("bob", "hat", 1))

    assert sorted(given.baskets().toarray().tolist()) == [[0, 1], [0, 1], [1, 1]]
    assert given.active_days().tolist() == [2, 1]


def test_segments_are_looked_up_by_customer():
    countries = pd.Series({"bob": "FR", "ann": "DE", "zoe": "IT"})

    given = seen(("ann", "hat", 1), ("bob", "hat", 1), ("eve", "hat", 1), segments=countries)

    assert [given.segment_names[code] for code in given.segments] == ["DE", "FR", ""]


def test_a_half_life_that_is_not_positive_is_an_error():
    with pytest.raises(ValueError, match="got 0"):
        decay(np.ones(1), 0.0)
