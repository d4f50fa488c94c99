"""How good rankings are, customer by customer, with intervals: accuracy and what lies beyond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from ml.recommendations.ranking import NOBODY

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

ACCURACY = ("precision", "recall", "map", "ndcg", "hit_rate", "mrr")
RESAMPLES_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over customers, and between which values nearly all resampled means lie."""

    mean: float
    low: float
    high: float


def accuracy(
    ranked: NDArray[np.intp],
    relevant: sparse.csr_matrix,
    *,
    k: int,
    wanted: NDArray[np.int64] | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Measure each customer's first ``k`` places.

    With ``hits`` the relevant products among them and ``n`` all that are relevant: precision is
    ``hits / k``; recall ``hits / n``; average precision the sum, over the places of the hits, of
    the precision down to that place, divided by ``min(k, n)``; NDCG the sum of
    ``1 / log2(place + 1)`` over the hits, divided by that of a perfect ranking; hit rate 1 where
    there is a hit; MRR 1 over the place of the first.

    Parameters
    ----------
    ranked : ndarray of int, shape (n_customers, n_places)
        Positions of products, best first; ``NOBODY`` where a place is empty, which is no hit.
    relevant : csr_matrix of shape (n_customers, n_products)
        Where it is not 0, the product is relevant.
    k : int
        How many places count.
    wanted : ndarray of int, optional
        How many products are relevant, those that no model knows included. Counted by default.

    Returns
    -------
    dict of str to ndarray of shape (n_customers,)
        One entry per name in ``ACCURACY``.

    Raises
    ------
    ValueError
        If ``k`` is below 1, or a customer has no relevant product.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    if wanted is None:
        wanted = np.diff(relevant.indptr).astype(np.int64)
    if (wanted < 1).any():
        raise ValueError(f"{int((wanted < 1).sum())} customers have no relevant product")
    hits = hits_of(ranked[:, :k], relevant)
    places = np.arange(1, hits.shape[1] + 1)
    counts = hits.sum(axis=1)
    best = np.minimum(wanted, k)
    gains = 1.0 / np.log2(np.arange(1, k + 1) + 1.0)
    first = np.where(hits.any(axis=1), hits.argmax(axis=1) + 1.0, np.inf) if k else counts
    return {
        "precision": counts / k,
        "recall": counts / wanted,
        "map": (hits * hits.cumsum(axis=1) / places).sum(axis=1) / best,
        "ndcg": (hits * gains[: hits.shape[1]]).sum(axis=1) / gains.cumsum()[best - 1],
        "hit_rate": (counts > 0).astype(np.float64),
        "mrr": 1.0 / first,
    }


def hits_of(ranked: NDArray[np.intp], relevant: sparse.csr_matrix) -> NDArray[np.bool_]:
    """Say which places hold a relevant product; the shape of ``ranked``."""
    rows = np.repeat(np.arange(len(ranked)), ranked.shape[1])
    columns = np.maximum(ranked, 0).ravel()
    found = np.asarray(relevant[rows, columns]).reshape(ranked.shape) if ranked.size else ranked
    return np.asarray((found != 0) & (ranked != NOBODY))


def value(
    ranked: NDArray[np.intp], relevant: sparse.csr_matrix, worth: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sum what each customer's hits are worth; ``worth`` is by product, shape (n_products,)."""
    return np.asarray((hits_of(ranked, relevant) * worth[np.maximum(ranked, 0)]).sum(axis=1))


def coverage(ranked: NDArray[np.intp], products: int) -> float:
    """Give the share of all products that anyone is shown."""
    return len(np.unique(ranked[ranked != NOBODY])) / max(1, products)


def novelty(ranked: NDArray[np.intp], takers: NDArray[np.int64], customers: int) -> float:
    """Give the mean surprise of what is shown, in bits.

    Parameters
    ----------
    ranked : ndarray of int, shape (n_customers, n_places)
        Positions of products.
    takers : ndarray of int, shape (n_products,)
        How many customers took each before; 0 counts as 1.
    customers : int
        How many customers there are.

    Returns
    -------
    float
        The mean of ``-log2(takers / customers)``.
    """
    shown = ranked[ranked != NOBODY]
    if not len(shown):
        return float("nan")
    return float(-np.log2(np.maximum(takers[shown], 1) / max(1, customers)).mean())


def diversity(ranked: NDArray[np.intp], vectors: sparse.csr_matrix) -> float:
    """Give how unlike the products of one customer are.

    Parameters
    ----------
    ranked : ndarray of int, shape (n_customers, n_places)
        Positions of products; customers shown fewer than two are left out.
    vectors : csr_matrix of shape (n_products, n_dimensions)
        Of length 1 each.

    Returns
    -------
    float
        The mean, over customers, of 1 less the mean cosine of pairs.
    """
    is_shown = ranked != NOBODY
    counts = is_shown.sum(axis=1).astype(np.float64)
    rows, _ = np.nonzero(is_shown)
    shown = vectors[ranked[is_shown]]
    gather = type(vectors)(
        (np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(len(ranked), len(rows))
    )
    sums = gather @ shown
    squares = np.asarray(sums.multiply(sums).sum(axis=1)).ravel()
    own = np.asarray(shown.multiply(shown).sum(axis=1)).ravel()
    own_sums = np.bincount(rows, own, minlength=len(ranked))
    has_pairs = counts > 1
    if not has_pairs.any():
        return float("nan")
    pairs = counts[has_pairs] * (counts[has_pairs] - 1)
    return float((1.0 - (squares - own_sums)[has_pairs] / pairs).mean())


def estimate(
    values: NDArray[np.float64], *, seed: int, resamples: int = 1_000, level: float = 0.95
) -> Estimate:
    """Give the mean, and the interval of means of customers drawn again with replacement.

    Parameters
    ----------
    values : ndarray of shape (n_customers,)
        One value each; a difference of two models' values gives a paired comparison.
    seed : int
        Decides who is drawn.
    resamples : int
        How many times all are drawn again.
    level : float
        The share of the means that lie in the interval.

    Returns
    -------
    Estimate

    Raises
    ------
    ValueError
        If there is no value.

    References
    ----------
    Efron, B., Tibshirani, R. J. (1993). An introduction to the bootstrap: the percentile interval.
    """
    if not len(values):
        raise ValueError("no customer to estimate from")
    means = resampled_means(values[:, None], seed=seed, resamples=resamples)[:, 0]
    tail = (1.0 - level) / 2
    low, high = np.quantile(means, [tail, 1.0 - tail])
    return Estimate(float(values.mean()), float(low), float(high))


def estimate_ratio(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], *, seed: int, resamples: int = 1_000
) -> Estimate:
    """Give the ratio of two means over the same customers, and its 95 % interval."""
    means = resampled_means(np.column_stack([ours, theirs]), seed=seed, resamples=resamples)
    low, high = np.quantile(means[:, 0] / means[:, 1], [0.025, 0.975])
    return Estimate(float(ours.mean() / theirs.mean()), float(low), float(high))


def intervals(
    values: NDArray[np.float64], *, seed: int, resamples: int = 1_000
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the 95 % interval of the mean of each column, shape (n_columns,) each.

    The same customers are drawn again for all columns, so those of one seed may be compared.
    """
    if not len(values):
        raise ValueError("no customer to estimate from")
    low, high = np.quantile(
        resampled_means(values, seed=seed, resamples=resamples), [0.025, 0.975], axis=0
    )
    return low, high


def resampled_means(
    values: NDArray[np.float64], *, seed: int, resamples: int
) -> NDArray[np.float64]:
    """Draw rows again with replacement; means of shape (resamples, n_columns)."""
    chance = np.random.default_rng(seed)
    count = len(values)
    means = np.empty((resamples, values.shape[1]))
    with threadpool_limits(1):  # sums do not depend on the number of threads
        for start in range(0, resamples, RESAMPLES_AT_ONCE):
            size = min(RESAMPLES_AT_ONCE, resamples - start)
            drawn = chance.integers(count, size=(size, count))
            drawn += np.arange(size)[:, None] * count
            times = np.bincount(drawn.ravel(), minlength=size * count).reshape(size, count)
            means[start : start + size] = times.astype(np.float64) @ values / count
    return means
