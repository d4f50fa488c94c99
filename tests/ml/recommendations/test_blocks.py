import numpy as np
from scipy import sparse

from ml.recommendations import blocks


def test_columns_are_the_products_of_rows_with_all_others():
    chance = np.random.default_rng(1)
    others = sparse.random(40, 30, 0.2, format="csr", dtype=np.float32, random_state=chance)
    rows = sparse.random(7, 30, 0.3, format="csr", dtype=np.float32, random_state=chance)

    found = blocks.columns(others, rows)

    assert found.shape == (40, 7)
    # term by term in the order of the dimensions, so equal to the last bit
    assert np.array_equal(found.T, (rows @ others.T.tocsr()).toarray())


def test_one_thread_is_given_back():
    from threadpoolctl import threadpool_info

    def threads():
        return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]

    before = threads()
    with blocks.one_thread():
        assert set(threads()) <= {1}
    assert threads() == before
