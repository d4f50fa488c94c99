"""Dense products of sparse matrices, a block of rows at a time."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # has no types

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray
    from scipy import sparse


def columns(others: sparse.csr_matrix, rows: sparse.csr_matrix) -> NDArray[np.float32]:
    """Multiply some rows by all others, a column for each row.

    Every number of ``others`` is used for all rows at once, which is quicker by far than to look
    up a cell for each where the result is dense. The sums are the same, in the same order.

    Parameters
    ----------
    others : csr_matrix of shape (n_others, n_dimensions)
        Sorted indices.
    rows : csr_matrix of shape (n_rows, n_dimensions)
        A block of about a hundred: their dense form should stay in the cache.

    Returns
    -------
    ndarray of float32, shape (n_others, n_rows)
    """
    return np.asarray(others @ np.ascontiguousarray(rows.toarray().T), dtype=np.float32)


def one_thread() -> AbstractContextManager[object]:
    """Keep BLAS to one thread, so that sums are the same on any machine."""
    limited: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limited


@cache
def _controller() -> ThreadpoolController:
    import scipy.linalg  # its BLAS must be there when the controller looks for them

    del scipy
    return ThreadpoolController()
