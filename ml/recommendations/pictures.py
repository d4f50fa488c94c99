"""Pictures of a comparison of recommenders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.pictures import COLOURS, INK, canvas, png

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd


def recalls(table: pd.DataFrame, chosen: Collection[str]) -> bytes:
    """Draw the recall of each recommender with its interval, the highest on top.

    Parameters
    ----------
    table : DataFrame of shape (n_recommenders, >= 3)
        ``recall_at_10``, and where its interval begins (``_low``) and ends (``_high``).
    chosen : collection of str
        Those to be set off from the others.

    Returns
    -------
    bytes
        A PNG.
    """
    shown = table.sort_values("recall_at_10", kind="stable")
    mean = shown["recall_at_10"]
    beyond = [mean - shown["recall_at_10_low"], shown["recall_at_10_high"] - mean]
    figure, axes = canvas(6.4, 1.0 + 0.24 * len(shown))
    axes.barh(
        [str(name).replace("_", " ") for name in shown.index],
        mean,
        xerr=[each.clip(lower=0.0).to_numpy() for each in beyond],
        color=[COLOURS[1 if name in chosen else 0] for name in shown.index],
        error_kw={"ecolor": INK, "elinewidth": 0.8, "capsize": 2},
    )
    axes.set_xlabel("recall at 10 on the held-out days, with its 95 % interval")
    axes.tick_params(axis="y", length=0, labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return png(figure)
