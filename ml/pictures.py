"""Pictures of groups of customers; a group smaller than a minimum is never drawn.

Each is a PNG of less than 100 kB, so that it fits into the metadata of an asset.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ml.standardisation import require_columns

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLOURS = (
    "#4c72b0", "#dd8452", "#55a868", "#c44e52", "#8172b3", "#937860", "#da8bc3", "#8c8c8c",
    "#ccb974", "#64b5cd", "#1f3a5f", "#7a1f4b", "#2f5d3a", "#f2a3a3",
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
    title(axes, f"Customers by recency and frequency ({len(known):,} buyers)", minimum)
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
    large = sizes[sizes["size"] >= minimum].sort_values(["size", "segment"])
    shown = large.tail(most)
    which = "each segment" if len(large) <= most else f"the {most} largest segments"
    figure, axes = canvas(6.4, 1.2 + 0.28 * max(len(shown), 1))
    bars = axes.barh(shown["segment"].astype(str), shown["size"].to_numpy(), color=COLOURS[0])
    axes.bar_label(bars, fmt="{:,.0f}", padding=3, fontsize=8)
    axes.margins(x=0.12)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right"]].set_visible(False)
    title(axes, f"Members of {which}", minimum)
    return png(figure)


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty figure of so many inches, and its axes."""
    figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    return figure, axes


def title(axes: Axes, text: str, minimum: int) -> None:
    """Write what is drawn, and what is left out."""
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
