"""The first places of each customer, by anything that scores, in batches of bounded memory."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ml.recommendations import blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from numpy.typing import NDArray
    from scipy import sparse

    from ml.recommendations.interface import Scores

CELLS = 1_000_000  # scores of one batch of one model: 4 MB, which a cache can hold
Result = TypeVar("Result")
NOBODY = -1  # where a place stays empty
STEP = 1e-12  # parts equal scores by the position of the product; less than any rounded difference
DECIMALS = 6


def batches(count: int, products: int, cells: int = CELLS) -> Iterator[NDArray[np.intp]]:
    """Part positions of customers into batches of at most so many scores."""
    size = max(1, cells // max(1, products))
    for start in range(0, count, size):
        yield np.arange(start, min(start + size, count))


def ahead(
    rows: Iterable[NDArray[np.intp]], work: Callable[[NDArray[np.intp]], Result], *, threads: int
) -> Iterator[Result]:
    """Work on batches by several threads, and give the results in order.

    One batch more than there are threads is held at a time, so memory stays bounded. BLAS is kept
    to one thread throughout, so that results do not depend on how many work.
    """
    with blocks.one_thread(), ThreadPoolExecutor(threads) as pool:
        pending: deque[Future[Result]] = deque()
        for batch in rows:
            pending.append(pool.submit(work, batch))
            if len(pending) > threads:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def first_places(
    scores: Scores, places: int, hidden: sparse.csr_matrix | None = None
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Rank the best products of each row.

    Parameters
    ----------
    scores : ndarray of shape (n_rows, n_products)
        0 or less means that nothing speaks for a product: it is not shown.
    places : int
        At most so many.
    hidden : csr_matrix of shape (n_rows, n_products), optional
        Where it is true, a product is not shown.

    Returns
    -------
    tuple of ndarray, both of shape (n_rows, n_places)
        Positions of products, best first, ``NOBODY`` where there is none; and their rounded
        scores. Equal scores stand in the order of products.
    """
    rounded = np.asarray(scores, dtype=np.float64).round(DECIMALS)
    if hidden is not None:
        row, column = hidden.nonzero()
        rounded[row, column] = 0.0
    places = min(places, rounded.shape[1])
    if places < 1 or not len(rounded):
        return np.zeros((len(rounded), 0), np.intp), np.zeros((len(rounded), 0))
    unequal = rounded - np.arange(rounded.shape[1]) * STEP
    if places < rounded.shape[1]:
        best = np.argpartition(-unequal, places - 1, axis=1)[:, :places]
    else:
        best = np.tile(np.arange(places), (len(rounded), 1))
    order = np.argsort(-np.take_along_axis(unequal, best, axis=1), axis=1, kind="stable")
    best = np.take_along_axis(best, order, axis=1)
    found = np.take_along_axis(rounded, best, axis=1)
    return np.where(found > 0, best, NOBODY), found


def rank(
    scorer: Callable[[NDArray[np.intp]], Scores],
    rows: NDArray[np.intp],
    *,
    products: int,
    places: int,
    hidden: sparse.csr_matrix | None = None,
    cells: int = CELLS,
) -> NDArray[np.intp]:
    """Rank the best products of some customers, batch by batch.

    Parameters
    ----------
    scorer : callable
        Gives the scores of positions of customers.
    rows : ndarray of int
        Positions of customers.
    products : int
        How many products are scored.
    places : int
        At most so many each.
    hidden : csr_matrix of shape (n_customers, n_products), optional
        What is not shown.
    cells : int
        Scores of one batch.

    Returns
    -------
    ndarray of int, shape (n_rows, n_places)
        ``NOBODY`` where a place stays empty.
    """
    given = {"": scorer}
    return rank_all(given, rows, products=products, places=places, hidden=hidden, cells=cells)[""]


def rank_all(
    scorers: Mapping[str, Callable[[NDArray[np.intp]], Scores]],
    rows: NDArray[np.intp],
    *,
    products: int,
    places: int,
    hidden: sparse.csr_matrix | None = None,
    cells: int = CELLS,
) -> dict[str, NDArray[np.intp]]:
    """Rank by several scorers, each batch by all of them before the next: they may share work.

    Parameters are those of ``rank``; so is each value.
    """
    parts: dict[str, list[NDArray[np.intp]]] = {
        name: [np.zeros((0, min(places, products)), np.intp)] for name in scorers
    }
    for batch in batches(len(rows), products, cells):
        own = rows[batch]
        unshown = None if hidden is None else hidden[own]
        for name, scorer in scorers.items():
            parts[name].append(first_places(scorer(own), places, unshown)[0])
    return {name: np.concatenate(found) for name, found in parts.items()}
