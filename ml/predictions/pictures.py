"""Pictures of a prediction: whether it holds, what it gains, what it rests on."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

if TYPE_CHECKING:
    import pandas as pd


def calibration(curve: pd.DataFrame) -> bytes:
    """Draw probability by share that did it, as PNG; ``curve`` is ``calibration_curve``'s."""
    names = ("probability given (mean of a tenth)", "share that did it")
    return agreement(curve["probability"], curve["share"], names)


def agreement(said: pd.Series, happened: pd.Series, names: tuple[str, str]) -> bytes:
    """Draw what was said by what happened, as PNG: on the diagonal it holds."""
    figure = Figure(figsize=(4.6, 4.2), dpi=90, layout="constrained")
    axes = figure.subplots()
    most = 1.05 * max(said.max(), happened.max(), 1e-3)
    axes.plot([0, most], [0, most], color="#999999", linewidth=1, label="what was said holds")
    axes.plot(said, happened, "o-", color="#1f5f8b", label="what happened")
    axes.set(xlabel=names[0], ylabel=names[1], xlim=(0, most), ylim=(0, most))
    axes.legend(frameon=False)
    return _png(figure)


def lift(deciles: pd.DataFrame) -> bytes:
    """Draw the lift of each tenth and the gain up to it, as PNG; the table is ``deciles``'."""
    figure = Figure(figsize=(4.6, 4.2), dpi=90, layout="constrained")
    axes = figure.subplots()
    axes.bar(deciles["decile"], deciles["lift"], color="#7fb3d5", label="lift")
    axes.axhline(1, color="#999999", linewidth=1)
    axes.set(xlabel="tenth of the customers, the likeliest first", ylabel="lift")
    share = axes.twinx()
    share.plot(deciles["decile"], deciles["gain"], "o-", color="#c0392b", label="gain")
    share.set(ylabel="share of all who did it, so far", ylim=(0, 1.02))
    return _png(figure)


def importance(table: pd.DataFrame, *, most: int = 12) -> bytes:
    """Draw the most important features, as PNG; the table is ``importance.permutation``'s."""
    shown = table.head(most).iloc[::-1]
    figure = Figure(figsize=(6.2, 4.2), dpi=90, layout="constrained")
    axes = figure.subplots()
    axes.barh(shown["feature"], shown["importance"], xerr=shown["deviation"], color="#7fb3d5")
    axes.set(xlabel="rise of the log loss without it")
    axes.locator_params(axis="x", nbins=5)  # small losses have long labels
    return _png(figure)


def dependence(table: pd.DataFrame) -> bytes:
    """Draw how the probability moves with features, as PNG; of ``partial_dependence``."""
    names = list(dict.fromkeys(table["feature"]))
    figure = Figure(figsize=(3.1 * max(1, len(names)), 2.8), dpi=80, layout="constrained")
    panels = figure.subplots(1, max(1, len(names)), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, names, strict=False):
        of_one = table[table["feature"] == name]
        axes.plot(of_one["value"], of_one["probability"], "o-", color="#1f5f8b", markersize=3)
        axes.set_xlabel(name)
    panels[0].set_ylabel("mean probability")
    return _png(figure)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
