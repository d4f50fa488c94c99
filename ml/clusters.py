"""Groups of customers who behave alike: K-Means on standardised features, k by silhouette."""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from ml import labels, standardisation
from ml.standardisation import Scaling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

MEASURED_ROWS = 4_000  # the silhouette needs every pair of them: 16 million distances


@dataclass(frozen=True, slots=True)
class Search:
    """What is tried when k is chosen.

    Attributes
    ----------
    k_values : tuple of int
        The numbers of clusters tried. Two are left out by default: they part buyers from the
        others, which a rule does as well.
    minimum_customers : int
        Fewer customers than this give no model.
    minimum_share : float
        A k whose smallest cluster holds a smaller share of the customers is not chosen.
    search_rows : int
        Candidates are fitted on a sample of at most this many customers.
    measured_rows : int
        Silhouette, Davies-Bouldin and Calinski-Harabasz are measured on at most this many: the
        silhouette needs every pair of them.
    """

    k_values: tuple[int, ...] = (3, 4, 5, 6, 7, 8)
    minimum_customers: int = 30
    minimum_share: float = 0.01
    search_rows: int = 50_000
    measured_rows: int = MEASURED_ROWS


@dataclass(frozen=True, slots=True)
class Candidate:
    """One k with its measures; only the silhouette decides, and the share can forbid."""

    k: int
    silhouette: float
    davies_bouldin: float
    calinski_harabasz: float
    wcss: float
    smallest_share: float


@dataclass(frozen=True, slots=True)
class ClusterModel:
    """Where the centres of the clusters are, in z-scores, and what each cluster is called.

    Attributes
    ----------
    scaling : Scaling
        From features to z-scores.
    centres : ndarray of float32, shape (k, n_columns)
        Cluster 0 first.
    labels : tuple of str
        One per cluster, no two alike.
    """

    scaling: Scaling
    centres: NDArray[np.float32]
    labels: tuple[str, ...]

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Give the arrays and the parameters that ``restore`` needs; they name no customer."""
        scaling = self.scaling
        arrays = {
            "is_logged": scaling.is_logged,
            "fill": scaling.fill,
            "mean": scaling.mean,
            "scale": scaling.scale,
            "centres": self.centres,
        }
        parameters = {
            "columns": list(scaling.columns),
            "limit": scaling.limit,
            "labels": list(self.labels),
        }
        return arrays, parameters

    @classmethod
    def restore(
        cls, arrays: Mapping[str, NDArray[Any]], parameters: Mapping[str, Any]
    ) -> ClusterModel:
        """Make the model again from its state."""
        scaling = Scaling(
            columns=tuple(parameters["columns"]),
            is_logged=arrays["is_logged"],
            fill=arrays["fill"],
            mean=arrays["mean"],
            scale=arrays["scale"],
            limit=parameters["limit"],
        )
        return cls(scaling, arrays["centres"], tuple(parameters["labels"]))


@dataclass(frozen=True, slots=True)
class Fitted:
    """What training gave: a model, or the reason why there is none."""

    model: ClusterModel | None
    candidates: tuple[Candidate, ...]
    reason: str

    def chosen(self) -> Candidate | None:
        """Give the candidate whose k the model has."""
        if self.model is None:
            return None
        return next(c for c in self.candidates if c.k == len(self.model.centres))

    def table(self) -> pd.DataFrame:
        """Give every candidate as a row."""
        return pd.DataFrame([asdict(candidate) for candidate in self.candidates])


def fit(
    features: pd.DataFrame,
    columns: Sequence[str],
    *,
    order_by: str,
    missing: Mapping[str, float] | None = None,
    rules: Sequence[labels.Rule] = (),
    search: Search | None = None,
    random_state: int,
) -> Fitted:
    """Find the clusters of some customers.

    Parameters
    ----------
    features : DataFrame of shape (n_customers, >= n_columns)
        One row per customer, in an order that does not change from run to run.
    columns : sequence of str
        The features that count.
    order_by : str
        One of ``columns``: clusters are numbered from the highest mean of it to the lowest.
    missing : mapping of str to float, optional
        What stands for a missing value of a column; the median of the others by default.
    rules : sequence of Rule
        How clusters get their names.
    search : Search, optional
        What is tried.
    random_state : int
        Seeds the samples and the starts of K-Means.

    Returns
    -------
    Fitted
        Without a model where there are too few customers, too few different ones, or every k
        leaves a cluster smaller than ``minimum_share``.

    Raises
    ------
    ValueError
        If a column is missing, or ``order_by`` is none of ``columns``.

    References
    ----------
    Rousseeuw, P. J. (1987). Silhouettes: a graphical aid to the interpretation and validation of
    cluster analysis. Journal of Computational and Applied Mathematics 20, 53-65.
    """
    search = Search() if search is None else search
    standardisation.require_columns(features, columns)
    if order_by not in columns:
        raise ValueError(f"order_by must be one of the columns, got {order_by!r}")
    if len(features) < search.minimum_customers:
        reason = f"{len(features)} customers, {search.minimum_customers} needed"
        return Fitted(None, (), reason)
    scaling = standardisation.learn(features, columns, missing)
    matrix = scaling.transform(features)
    sample = matrix[_sample(len(matrix), search.search_rows, random_state)]
    distinct = len(np.unique(sample, axis=0))
    k_values = [k for k in search.k_values if k < distinct]
    if not k_values:
        return Fitted(None, (), f"{distinct} different customers, too few to group")
    tried = [_try(sample, k, search, random_state) for k in k_values]
    candidates = tuple(candidate for candidate, _ in tried)
    allowed = [
        (candidate, centres)
        for candidate, centres in tried
        if candidate.smallest_share >= search.minimum_share
    ]
    if not allowed:
        reason = f"every k leaves a cluster below {search.minimum_share:.1%} of the customers"
        return Fitted(None, candidates, reason)
    best, centres = max(allowed, key=lambda pair: (pair[0].silhouette, -pair[0].k))
    if len(sample) < len(matrix):
        centres = _refine(matrix, centres, random_state)
    order = _order(features[order_by], _nearest(matrix, centres)[0], centres)
    centres = centres[order]
    names = labels.name_clusters(centres, columns, rules)
    reason = f"silhouette {best.silhouette:.3f} is the highest of k in {k_values}"
    return Fitted(ClusterModel(scaling, centres, names), candidates, reason)


def assign(model: ClusterModel, features: pd.DataFrame) -> pd.DataFrame:
    """Give each customer the cluster whose centre is nearest.

    Parameters
    ----------
    model : ClusterModel
        Made by ``fit``.
    features : DataFrame of shape (n_customers, >= n_columns + 1)
        ``customer_id`` and the columns of the model.

    Returns
    -------
    DataFrame of shape (n_customers, 4)
        ``customer_id``, ``cluster`` (0 has the highest mean of the ordering feature), ``label``
        and ``distance`` to the centre in standard deviations; in the order of ``features``.
    """
    standardisation.require_columns(features, ["customer_id"])
    nearest, distance = _nearest(model.scaling.transform(features), model.centres)
    return pd.DataFrame(
        {
            "customer_id": features["customer_id"].to_numpy(),
            "cluster": nearest.astype(np.int32),
            "label": np.asarray(model.labels, dtype=object)[nearest],
            "distance": np.round(distance.astype(np.float64), standardisation.DECIMALS),
        }
    )


def silhouette(
    model: ClusterModel,
    features: pd.DataFrame,
    space: Scaling,
    *,
    random_state: int,
    measured_rows: int = MEASURED_ROWS,
) -> float | None:
    """Measure how well a model separates customers it was not fitted on.

    Parameters
    ----------
    model : ClusterModel
        Gives each customer a cluster.
    features : DataFrame
        The customers measured.
    space : Scaling
        Where distances are taken: the same for every model that is compared.
    random_state : int
        Seeds the sample.
    measured_rows : int
        The most customers measured.

    Returns
    -------
    float or None
        -1 to 1; None where fewer than two clusters, or as many as customers, are present.
    """
    rows = features.iloc[_sample(len(features), measured_rows, random_state)]
    nearest, _ = _nearest(model.scaling.transform(rows), model.centres)
    if not 2 <= len(np.unique(nearest)) < len(rows):
        return None
    with threadpool_limits(1):
        return float(metrics.silhouette_score(space.transform(rows), nearest))


def _try(
    sample: NDArray[np.float32], k: int, search: Search, random_state: int
) -> tuple[Candidate, NDArray[np.float32]]:
    kmeans = KMeans(k, n_init=4, random_state=random_state)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # coinciding customers
        found = kmeans.fit_predict(sample)
        rows = _sample(len(sample), search.measured_rows, random_state)
        measured, groups = sample[rows], found[rows]
        is_measurable = 2 <= len(np.unique(groups)) < len(rows)

        def measure(score: Callable[..., float], worst: float) -> float:
            return float(score(measured, groups)) if is_measurable else worst

        candidate = Candidate(
            k=k,
            silhouette=measure(metrics.silhouette_score, -1.0),
            davies_bouldin=measure(metrics.davies_bouldin_score, np.nan),
            calinski_harabasz=measure(metrics.calinski_harabasz_score, np.nan),
            wcss=float(kmeans.inertia_),
            smallest_share=float(np.bincount(found, minlength=k).min() / len(sample)),
        )
    return candidate, kmeans.cluster_centers_.astype(np.float32)


def _refine(
    matrix: NDArray[np.float32], centres: NDArray[np.float32], random_state: int
) -> NDArray[np.float32]:
    with threadpool_limits(1):
        kmeans = KMeans(
            len(centres), init=centres, n_init=1, max_iter=50, random_state=random_state
        )
        kmeans.fit(matrix)
    return np.asarray(kmeans.cluster_centers_, dtype=np.float32)


def _nearest(
    matrix: NDArray[np.float32], centres: NDArray[np.float32], batch_rows: int = 100_000
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    nearest = np.empty(len(matrix), dtype=np.int64)
    distance = np.empty(len(matrix), dtype=np.float32)
    with threadpool_limits(1):
        for rows in _batches(len(matrix), batch_rows):
            distances = metrics.pairwise_distances(matrix[rows], centres)
            nearest[rows] = distances.argmin(axis=1)
            distance[rows] = distances.min(axis=1)
    return nearest, distance


def _order(
    values: pd.Series, nearest: NDArray[np.int64], centres: NDArray[np.float32]
) -> list[int]:
    numbers = np.nan_to_num(values.to_numpy(dtype=np.float64, na_value=np.nan))
    sizes = np.bincount(nearest, minlength=len(centres))
    totals = np.bincount(nearest, weights=numbers, minlength=len(centres))
    means = np.round(totals / np.maximum(sizes, 1), standardisation.DECIMALS)
    keys = [
        (-mean, -size, *centre)
        for mean, size, centre in zip(means, sizes, centres.tolist(), strict=True)
    ]
    return sorted(range(len(centres)), key=keys.__getitem__)


def _sample(rows: int, most: int, random_state: int) -> NDArray[np.int64]:
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(random_state).choice(rows, most, replace=False))


def _batches(rows: int, size: int) -> Iterator[slice]:
    for start in range(0, rows, size):
        yield slice(start, start + size)
