"""Pictures of groups of customers; a group smaller than a minimum is never drawn.

Each is a PNG of less than 100 kB, so that it fits into the metadata of an asset.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from PIL import Image
from sklearn.decomposition import PCA

from ml.standardisation import require_columns

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ml.clusters import ClusterModel

COLOURS = (
    "#4c72b0", "#dd8452", "#55a868", "#c44e52", "#8172b3", "#937860", "#da8bc3", "#8c8c8c",
)  # fmt: skip
INK = "#333333"
SHADES = 128


def rfm_heat_map(scores: pd.DataFrame, *, minimum: int = 10) -> bytes:
    """Draw how many customers have each pair of recency and frequency score.

    Parameters
    ----------
    scores : DataFrame of shape (n_customers, >= 2)
        ``r_score`` and ``f_score``, 1 to 5, or missing for customers who never bought.
    minimum : int
        Cells of fewer customers stay blank.

    Returns
    -------
    bytes
        A PNG.
    """
    require_columns(scores, ["r_score", "f_score"])
    known = scores[["r_score", "f_score"]].dropna().astype(int)
    counts = np.zeros((5, 5))
    np.add.at(counts, (known["f_score"].to_numpy() - 1, known["r_score"].to_numpy() - 1), 1)
    shown = np.where(counts >= minimum, counts, np.nan)
    figure, axes = canvas(5.2, 4.4)
    axes.imshow(shown, origin="lower", cmap="Blues", vmin=0)
    highest = np.nanmax(shown) if np.isfinite(shown).any() else 1.0
    for (row, column), count in np.ndenumerate(shown):
        if np.isfinite(count):
            colour = "white" if count > highest / 2 else INK
            axes.text(column, row, f"{count:,.0f}", ha="center", va="center", color=colour)
    axes.set_xticks(range(5), [str(score) for score in range(1, 6)])
    axes.set_yticks(range(5), [str(score) for score in range(1, 6)])
    axes.set_xlabel("recency score (5: bought most recently)")
    axes.set_ylabel("frequency score (5: bought most often)")
    _title(axes, f"Customers by recency and frequency ({len(known):,} buyers)", minimum)
    return png(figure)


def cluster_map(model: ClusterModel, features: pd.DataFrame, *, minimum: int = 10) -> bytes:
    """Draw clusters on the plane that shows most of their differences, without any customer.

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
    matrix = model.scaling.transform(features)
    nearest = _nearest(matrix, model.centres)
    figure, axes = canvas(6.4, 4.6)
    _title(axes, "Clusters, one standard deviation around each mean", minimum)
    sizes = np.bincount(nearest, minlength=len(model.centres))
    if len(matrix) >= 2 and matrix.shape[1] >= 2 and np.ptp(matrix, axis=0).any():
        projection = PCA(n_components=2, svd_solver="full").fit(_thinned(matrix))
        plane = projection.transform(matrix)
        explained = projection.explained_variance_ratio_
        axes.set_xlabel(f"first component ({explained[0]:.0%} of the variance)")
        axes.set_ylabel(f"second component ({explained[1]:.0%})")
        for cluster, size in enumerate(sizes):
            if size >= max(minimum, 2):
                _ellipse(axes, plane[nearest == cluster], model.labels[cluster], cluster)
        axes.autoscale_view()
    axes.margins(0.15)
    if axes.patches:
        axes.legend(
            frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2
        )
    return png(figure)


def size_bars(sizes: pd.DataFrame, *, minimum: int = 10, most: int = 30) -> bytes:
    """Draw how many members each segment has.

    Parameters
    ----------
    sizes : DataFrame of shape (n_segments, >= 2)
        ``segment`` and ``size``.
    minimum : int
        Segments of fewer members are left out.
    most : int
        The largest of them are drawn.

    Returns
    -------
    bytes
        A PNG.
    """
    require_columns(sizes, ["segment", "size"])
    shown = sizes[sizes["size"] >= minimum].sort_values(["size", "segment"]).tail(most)
    figure, axes = canvas(6.4, 1.2 + 0.28 * max(len(shown), 1))
    bars = axes.barh(shown["segment"].astype(str), shown["size"].to_numpy(), color=COLOURS[0])
    axes.bar_label(bars, fmt="{:,.0f}", padding=3, fontsize=8)
    axes.margins(x=0.12)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right"]].set_visible(False)
    _title(axes, "Members of each segment", minimum)
    return png(figure)


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
            label=f"{cluster}: {label} ({len(points):,})",
        )
    )
    axes.text(centre[0], centre[1], str(cluster), ha="center", va="center", color=INK)


def _nearest(matrix: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.int64]:
    offsets = (centres**2).sum(axis=1) / 2
    return np.asarray((matrix @ centres.T - offsets).argmax(axis=1), dtype=np.int64)


def _thinned(matrix: NDArray[np.float32], most: int = 20_000) -> NDArray[np.float32]:
    return matrix[:: max(1, len(matrix) // most)]


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty figure of so many inches, and its axes."""
    figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    return figure, axes


def _title(axes: Axes, text: str, minimum: int) -> None:
    axes.set_title(f"{text}\ngroups below {minimum} are not shown", fontsize=10)


def png(figure: Figure) -> bytes:
    """Return a figure as a PNG."""
    buffer = io.BytesIO()
    # without it the bytes would name the version of the library
    figure.savefig(buffer, format="png", metadata={"Software": None})
    # of so many colours it takes a third of the bytes, and nobody sees the difference
    drawn = Image.open(buffer).convert("RGB").quantize(SHADES, dither=Image.Dither.NONE)
    small = io.BytesIO()
    drawn.save(small, format="png", optimize=True)
    return small.getvalue()
