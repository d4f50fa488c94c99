"""Pictures of a backtest: how large a segment was, who came and went, and what came after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ml.pictures import COLOURS, canvas, png
from ml.standardisation import require_columns

if TYPE_CHECKING:
    import pandas as pd


def size_over_time(sizes: pd.DataFrame) -> bytes:
    """Draw the members at each moment, above those who entered and below those who left.

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
    figure, axes = canvas(9.0, 3.4)
    moments = sizes["as_of"].to_numpy()
    flow = axes.twinx()
    width = (
        0.8 * float(np.min(np.diff(moments)) / np.timedelta64(1, "D")) if len(sizes) > 1 else 0.8
    )
    flow.bar(moments, sizes["entered"], width=width, color=COLOURS[2], alpha=0.6, label="entered")
    flow.bar(moments, -sizes["left"], width=width, color=COLOURS[3], alpha=0.6, label="left")
    flow.set_ylabel("entered and left per step")
    highest = max(float(sizes[["entered", "left"]].to_numpy().max()), 1.0)
    flow.set_ylim(-2 * highest, 2 * highest)
    flow.legend(frameon=False, fontsize=8, loc="upper right")
    axes.plot(moments, sizes["size"], color=COLOURS[0], linewidth=2)
    axes.set_zorder(flow.get_zorder() + 1)
    axes.patch.set_visible(False)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("members")
    axes.spines["top"].set_visible(False)
    flow.spines["top"].set_visible(False)
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
