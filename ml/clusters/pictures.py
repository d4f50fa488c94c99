"""Pictures of a grouping; nothing is drawn of fewer customers than a minimum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Ellipse
from sklearn.cluster import MiniBatchKMeans
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from ml.clusters import measures
from ml.pictures import COLOURS, INK, canvas, png, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ml.clusters.model import ClusterModel

MOST_ROWS = 20_000  # customers that a map is made of
MOST_DOTS = 300  # a t-SNE of so many takes about a second


def plane(model: ClusterModel, features: pd.DataFrame, *, minimum: int = 10) -> bytes:
    """Draw clusters on the plane of the two strongest principal components.

    Parameters
    ----------
    model : ClusterModel
        Gives each customer a cluster.
    features : DataFrame of shape (n_customers, >= n_columns)
        The columns of the model.
    minimum : int
        Clusters of fewer customers are left out.

    Returns
    -------
    bytes
        A PNG: an ellipse of one standard deviation around the mean of each cluster.
    """
    points = model.places(features)
    best, _ = model.shape.nearest(points)
    figure, axes = canvas(6.4, 4.6)
    title(axes, "Clusters, one standard deviation around each mean", minimum)
    if len(points) >= 2 and points.shape[1] >= 2 and np.ptp(points, axis=0).any():
        axes.set_xlabel("first component")
        axes.set_ylabel("second component")
        for cluster in range(len(model.shape)):
            mine = points[best == cluster][:, :2]
            if len(mine) >= max(minimum, 2):
                _ellipse(axes, mine, _legend(model, cluster), cluster)
        axes.autoscale_view()
    axes.margins(0.15)
    _put_legend(axes)
    return png(figure)


def neighbourhoods(
    model: ClusterModel, features: pd.DataFrame, *, seed: int, minimum: int = 10
) -> bytes:
    """Draw which customers are near each other (t-SNE), a dot for each few that are alike.

    Parameters
    ----------
    model : ClusterModel
        Gives each customer a cluster.
    features : DataFrame of shape (n_customers, >= n_columns)
        The columns of the model; a sample of ``MOST_ROWS`` is drawn.
    seed : int
        Decides whatever chance decides.
    minimum : int
        A dot stands for at least so many customers.

    References
    ----------
    van der Maaten, L. and Hinton, G. (2008). Visualizing data using t-SNE. Journal of Machine
    Learning Research 9, 2579-2605.
    """
    order = np.random.default_rng(seed).permutation(len(features))[:MOST_ROWS]
    points = model.places(features.iloc[order])
    dots, sizes = _dots(points, seed, minimum)
    figure, axes = canvas(6.4, 4.6)
    title(axes, "Which customers are near each other (t-SNE), a dot for each few", minimum)
    axes.set_xticks([])
    axes.set_yticks([])
    if len(dots) >= 5:
        with threadpool_limits(1):
            drawn = TSNE(
                perplexity=min(30.0, (len(dots) - 1) / 3), init="pca", random_state=seed
            ).fit_transform(dots)
        best, _ = model.shape.nearest(dots)
        for cluster in np.unique(best):
            mine = best == cluster
            axes.scatter(
                drawn[mine, 0],
                drawn[mine, 1],
                s=sizes[mine] * 120 / sizes.max() + 8,
                color=COLOURS[cluster % len(COLOURS)],
                alpha=0.7,
                label=_legend(model, cluster),
            )
        _put_legend(axes)
    return png(figure)


def profiles(
    means: NDArray[np.float64], columns: Sequence[str], labels: Sequence[str], sizes: Sequence[int]
) -> bytes:
    """Draw how far the mean of each cluster is from the average customer, feature by feature.

    Parameters
    ----------
    means : ndarray of shape (k, n_columns)
        In standard deviations.
    columns, labels : sequence of str
        What columns and rows are called.
    sizes : sequence of int
        Customers of each cluster.
    """
    figure, axes = canvas(2.6 + 0.62 * len(labels), 1.6 + 0.26 * len(columns))
    limit = max(1.0, float(np.abs(means).max(initial=0.0)))
    axes.imshow(means.T, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
    for (cluster, feature), value in np.ndenumerate(means):
        colour = "white" if abs(value) > 0.6 * limit else INK
        axes.text(
            cluster, feature, f"{value:+.1f}", ha="center", va="center", color=colour, fontsize=7
        )
    axes.set_yticks(range(len(columns)), [name.replace("_", " ") for name in columns], fontsize=8)
    told = [f"{label} ({size:,})" for label, size in zip(labels, sizes, strict=True)]
    axes.set_xticks(range(len(labels)), told, rotation=35, ha="right", fontsize=8)
    axes.set_title("Mean of each cluster, in standard deviations from the average", fontsize=10)
    return png(figure)


def silhouettes(
    model: ClusterModel, features: pd.DataFrame, *, seed: int, minimum: int = 10, most: int = 2_000
) -> bytes:
    """Draw how surely the customers of each cluster belong to it.

    Each curve runs through the deciles of its customers' silhouettes, so that it shows nobody.
    """
    order = np.random.default_rng(seed).permutation(len(features))[:most]
    points = model.places(features.iloc[order])
    found = measures.silhouettes(model.shape, points, points)
    best, _ = model.shape.nearest(points)
    figure, axes = canvas(6.4, 4.2)
    title(axes, "Silhouette of each tenth of a cluster: 1 is sure, below 0 nearer another", minimum)
    axes.axhline(0, color=INK, linewidth=0.6)
    if found is not None:
        axes.axhline(found.mean(), color=INK, linestyle="--", linewidth=0.8)
        for cluster in np.unique(best):
            mine = found[best == cluster]
            if len(mine) >= minimum:
                axes.plot(
                    np.linspace(5, 95, 10),
                    np.quantile(mine, np.linspace(0.05, 0.95, 10)),
                    color=COLOURS[cluster % len(COLOURS)],
                    label=f"{_legend(model, cluster)}: {mine.mean():.2f}",
                )
        axes.set_xlabel("customers of the cluster, the least sure first (%)")
        _put_legend(axes)
    return png(figure)


def sizes_over_time(shares: pd.DataFrame) -> bytes:
    """Draw the share of the customers in each cluster, training by training.

    Parameters
    ----------
    shares : DataFrame of shape (n_trainings, n_clusters)
        0 to 1; the index says when, the columns which.
    """
    figure, axes = canvas(6.4, 3.8)
    axes.set_title("Share of the customers in each cluster, at each training", fontsize=10)
    places = np.arange(len(shares))
    for number, name in enumerate(shares.columns):
        axes.plot(
            places,
            100 * shares[name].to_numpy(dtype=float),
            marker="o",
            color=COLOURS[number % len(COLOURS)],
            label=str(name),
        )
    axes.set_xticks(places, [str(moment) for moment in shares.index], rotation=30, ha="right")
    axes.set_ylabel("%")
    axes.set_ylim(bottom=0)
    _put_legend(axes, below=0.3, columns=6)  # the moments stand aslant above it
    return png(figure)


def _legend(model: ClusterModel, cluster: int) -> str:
    return f"{model.numbers[cluster]}: {model.labels[cluster]}"


def _put_legend(axes: Axes, *, below: float = 0.15, columns: int = 2) -> None:
    if not axes.get_legend_handles_labels()[1]:
        return
    axes.legend(
        frameon=False,
        fontsize=7,
        loc="upper center",
        bbox_to_anchor=(0.5, -below),
        ncols=columns,
    )


def _ellipse(axes: Axes, points: NDArray[np.float32], label: str, cluster: int) -> None:
    centre = points.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov(points, rowvar=False))
    width, height = 2 * np.sqrt(np.maximum(variances, 0))
    angle = float(np.degrees(np.arctan2(directions[1, 0], directions[0, 0])))
    colour = COLOURS[cluster % len(COLOURS)]
    axes.add_patch(
        Ellipse(
            (float(centre[0]), float(centre[1])),
            width,
            height,
            angle=angle,
            facecolor=colour,
            alpha=0.35,
            edgecolor=colour,
            label=f"{label} ({len(points):,})",
        )
    )
    axes.text(centre[0], centre[1], label.split(":")[0], ha="center", va="center", color=INK)


def _dots(
    points: NDArray[np.float32], seed: int, minimum: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    count = min(MOST_DOTS, len(points) // (2 * minimum))
    if count < 1:
        return points[:0], np.zeros(0, dtype=np.int64)
    with threadpool_limits(1):
        groups = MiniBatchKMeans(count, n_init=1, random_state=seed).fit(points)
    sizes = np.bincount(groups.labels_, minlength=count)
    kept = sizes >= minimum
    return groups.cluster_centers_[kept].astype(np.float32), sizes[kept]
