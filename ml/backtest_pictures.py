"""Pictures of a backtest: how large a segment was, who came and went, and what came after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ml.pictures import COLOURS, canvas, png
from ml.standardisation import require_columns

if TYPE_CHECKING:
    import pandas as pd


def size_over_time(sizes: pd.DataFrame) -> bytes:
    """Draw the members at each moment, and below it who entered and left.

    Parameters
    ----------
    sizes : DataFrame of shape (n_moments, >= 4)
        ``as_of`` (UTC), ``size``, ``entered`` and ``left``.

    Returns
    -------
    bytes
        A PNG.
    """
    require_columns(sizes, ["as_of", "size", "entered", "left"])
    figure, axes = canvas(9.0, 4.4)
    axes.remove()
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    moments = sizes["as_of"].to_numpy()
    steps = np.diff(moments) / np.timedelta64(1, "D")
    width = 0.8 * float(steps.min()) if len(steps) else 0.8
    above.plot(moments, sizes["size"], color=COLOURS[0], linewidth=2, marker="o", markersize=3)
    above.set_ylim(bottom=0, top=1.1 * max(1.0, float(sizes["size"].max())))  # missing is skipped
    above.set_ylabel("members")
    below.bar(moments, sizes["entered"], width=width, color=COLOURS[2], label="entered")
    below.bar(moments, -sizes["left"], width=width, color=COLOURS[3], label="left")
    below.axhline(0, color="#333333", linewidth=0.8)
    below.legend(frameon=False, fontsize=8, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    for part in (above, below):
        part.spines[["top", "right"]].set_visible(False)
    figure.autofmt_xdate()
    return png(figure)


def shares(names: list[str], values: list[float], *, most: int = 15) -> bytes:
    """Draw the largest shares as bars.

    Parameters
    ----------
    names : list of str
        What each bar stands for.
    values : list of float
        0 to 1, of the same length.
    most : int
        The largest of them are drawn.

    Returns
    -------
    bytes
        A PNG.
    """
    if len(names) != len(values):
        raise ValueError(f"{len(names)} names for {len(values)} values")
    order = np.argsort(values, kind="stable")[-most:]
    figure, axes = canvas(6.4, 0.8 + 0.28 * max(len(order), 1))
    bars = axes.barh([names[i] for i in order], [values[i] for i in order], color=COLOURS[0])
    axes.bar_label(bars, fmt="{:.0%}", padding=3, fontsize=8)
    axes.margins(x=0.12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_visible(False)
    return png(figure)
