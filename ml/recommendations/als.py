"""Recommendations by alternating least squares over weighted interactions."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from ml.recommendations import popularity
from ml.standardisation import DECIMALS, require_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from implicit.cpu.als import AlternatingLeastSquares
    from numpy.typing import NDArray

UNAVAILABLE = -1e30  # topk marks a product that may not be shown with a score below this


@dataclass(frozen=True, slots=True)
class Parameters:
    """What ALS is told.

    Attributes
    ----------
    factors : int
        Length of the vector of a customer and of a product.
    regularization : float
        Pulls the vectors towards zero.
    alpha : float
        Times the weight of an interaction gives the confidence in it; no interaction has 1.
    iterations : int
        Rounds of solving for customers, then for products.
    """

    factors: int = 64
    regularization: float = 1.0
    alpha: float = 0.3
    iterations: int = 15


@dataclass(frozen=True, slots=True)
class AlsModel:
    """The vector of each product, and the popular ones. It holds nothing of any customer.

    Attributes
    ----------
    parameters : Parameters
        What it was trained with: a customer's vector is solved from them.
    products : ndarray of str, shape (n_products,)
        Sorted.
    item_factors : ndarray of float32, shape (n_products, n_factors)
        In the order of ``products``.
    popular : ndarray of int, shape (n_products,)
        Positions in ``products``, the most popular first.
    popular_scores : ndarray of float, shape (n_products,)
        Summed weights, in the order of ``popular``.
    """

    parameters: Parameters
    products: NDArray[np.str_]
    item_factors: NDArray[np.float32]
    popular: NDArray[np.int64]
    popular_scores: NDArray[np.float64]

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Give the arrays and the parameters that ``restore`` needs; they name no customer."""
        arrays = {
            "products": self.products,
            "item_factors": self.item_factors,
            "popular": self.popular,
            "popular_scores": self.popular_scores,
        }
        return arrays, asdict(self.parameters)

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]], parameters: Mapping[str, Any]) -> AlsModel:
        """Make the model again from its state."""
        return cls(
            parameters=Parameters(**parameters),
            products=arrays["products"],
            item_factors=arrays["item_factors"],
            popular=arrays["popular"],
            popular_scores=arrays["popular_scores"],
        )


def fit(
    interactions: pd.DataFrame,
    parameters: Parameters | None = None,
    *,
    random_state: int,
    num_threads: int = 1,
) -> AlsModel:
    """Learn a vector for each product.

    Parameters
    ----------
    interactions : DataFrame of shape (n_interactions, >= 3)
        ``customer_id``, ``product_id`` and ``weight`` (positive); each pair once, in any order.
    parameters : Parameters, optional
        What ALS is told.
    random_state : int
        Seeds the first vectors.
    num_threads : int
        Threads that solve; the result does not depend on it.

    Returns
    -------
    AlsModel

    Raises
    ------
    ValueError
        If a column is missing, a weight is not positive, or there is no interaction.

    References
    ----------
    Hu, Y., Koren, Y., Volinsky, C. (2008). Collaborative filtering for implicit feedback datasets.
    IEEE International Conference on Data Mining, 263-272.
    """
    parameters = Parameters() if parameters is None else parameters
    require_columns(interactions, ["customer_id", "product_id", "weight"])
    if interactions.empty:
        raise ValueError("no interactions to learn from")
    if not (interactions["weight"] > 0).all():
        raise ValueError("every weight must be positive")
    customers = pd.Index(interactions["customer_id"].unique()).sort_values()
    products = pd.Index(interactions["product_id"].unique()).sort_values()
    matrix = _matrix(interactions, interactions["weight"], customers, products)
    als = _als(parameters, num_threads, random_state)
    with threadpool_limits(1, "blas"):
        als.fit(matrix, show_progress=False)
    ranked = popularity.rank(interactions)
    return AlsModel(
        parameters=parameters,
        products=products.to_numpy(dtype=str),
        item_factors=np.asarray(als.item_factors, dtype=np.float32),
        popular=products.get_indexer(pd.Index(ranked["product_id"])),
        popular_scores=ranked["score"].to_numpy(dtype=np.float64),
    )


def recommend(
    model: AlsModel,
    interactions: pd.DataFrame,
    customers: Sequence[str] | NDArray[Any] | pd.Series,
    *,
    hidden: pd.DataFrame | None = None,
    count: int = 10,
    num_threads: int = 1,
    batch_size: int = 20_000,
) -> Iterator[pd.DataFrame]:
    """Recommend products to customers, a batch of them at a time.

    The vector of a customer is solved from their interactions as they are now, so a model needs
    no retraining to follow them. A customer without a known interaction gets the popular products.

    Parameters
    ----------
    model : AlsModel
        Made by ``fit``.
    interactions : DataFrame
        ``customer_id``, ``product_id`` and ``weight``. Products that the model does not know and
        customers not asked for are left out.
    customers : sequence of str
        Who is recommended to, each once.
    hidden : DataFrame, optional
        ``customer_id`` and ``product_id`` of pairs never to recommend, say what was bought.
    count : int
        At most so many products each; fewer only where no more may be shown.
    num_threads : int
        Threads that solve and rank.
    batch_size : int
        Customers per batch: the memory needed is that of one.

    Yields
    ------
    DataFrame
        ``customer_id``, ``rank`` (from 1), ``product_id``, ``score`` (higher is better; ALS and
        popularity scores are on scales of their own) and ``source`` ('als' or 'popular').
    """
    asked, products = pd.Index(customers), pd.Index(model.products)
    als = _als(model.parameters, num_threads, 0)
    als.item_factors = model.item_factors
    liked = _matrix(interactions, interactions["weight"], asked, products)
    if hidden is None:
        hidden = interactions.iloc[:0]
    unshown = _matrix(hidden, np.ones(len(hidden)), asked, products)
    for start in range(0, len(asked), batch_size):
        rows = slice(start, start + batch_size)
        yield _recommend_batch(model, als, asked[rows], liked[rows], unshown[rows], count)


def _recommend_batch(
    model: AlsModel,
    als: AlternatingLeastSquares,
    customers: pd.Index,
    liked: sparse.csr_matrix,
    unshown: sparse.csr_matrix,
    count: int,
) -> pd.DataFrame:
    from implicit.cpu.topk import topk

    places = min(count, len(model.products))
    products = np.full((len(customers), places), -1, dtype=np.int64)
    scores = np.zeros((len(customers), places))
    has_history = np.diff(liked.indptr) > 0
    warm = np.flatnonzero(has_history)
    if warm.size:
        with threadpool_limits(1, "blas"):
            vectors = als.recalculate_user(warm, liked[warm])
            found, found_scores = topk(
                model.item_factors,
                vectors,
                places,
                filter_query_items=unshown[warm],
                num_threads=als.num_threads,
            )
        products[warm] = np.where(found_scores > UNAVAILABLE, found, -1)
        scores[warm] = found_scores
    cold = np.flatnonzero(~has_history)
    products[cold] = model.popular[:places]
    scores[cold] = model.popular_scores[:places]
    for row in cold[np.diff(unshown.indptr)[cold] > 0]:
        barred = unshown.indices[unshown.indptr[row] : unshown.indptr[row + 1]]
        head = slice(0, places + len(barred))
        is_shown = ~np.isin(model.popular[head], barred)
        chosen = model.popular[head][is_shown][:places]
        products[row] = -1
        products[row, : len(chosen)] = chosen
        scores[row, : len(chosen)] = model.popular_scores[head][is_shown][:places]
    is_given = products >= 0
    row, _ = np.nonzero(is_given)
    return pd.DataFrame(
        {
            "customer_id": customers.take(row),
            "rank": is_given.cumsum(axis=1)[is_given].astype(np.int32),
            "product_id": model.products[products[is_given]],
            "score": np.round(scores[is_given].astype(np.float64), DECIMALS),
            "source": np.where(has_history, "als", "popular")[row],
        }
    )


def _als(parameters: Parameters, num_threads: int, random_state: int) -> AlternatingLeastSquares:
    from implicit.cpu.als import AlternatingLeastSquares

    with threadpool_limits(1, "blas"):  # it warns of BLAS threads as it is made
        return AlternatingLeastSquares(
            factors=parameters.factors,
            regularization=parameters.regularization,
            alpha=parameters.alpha,
            iterations=parameters.iterations,
            num_threads=num_threads,
            random_state=random_state,
        )


def _matrix(
    pairs: pd.DataFrame,
    values: pd.Series | NDArray[np.float64],
    customers: pd.Index,
    products: pd.Index,
) -> sparse.csr_matrix:
    rows = _positions(pairs["customer_id"], customers)
    columns = _positions(pairs["product_id"], products)
    is_known = (rows >= 0) & (columns >= 0)
    cells = np.asarray(values, dtype=np.float32)[is_known]
    shape = (len(customers), len(products))
    matrix = sparse.csr_matrix((cells, (rows[is_known], columns[is_known])), shape=shape)
    matrix.sort_indices()
    return matrix


def _positions(values: pd.Series, index: pd.Index) -> NDArray[np.intp]:
    codes, distinct = pd.factorize(values)
    found = index.get_indexer(pd.Index(distinct))
    return found[codes] if len(found) else np.empty(0, dtype=np.intp)
