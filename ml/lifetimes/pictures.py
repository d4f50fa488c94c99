"""A picture of how well orders to come were foretold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.pictures import canvas, png

if TYPE_CHECKING:
    import pandas as pd


def foretold(tenths: pd.DataFrame) -> bytes:
    """Draw the orders foretold by the orders there were, as PNG.

    Parameters
    ----------
    tenths : DataFrame of shape (n_groups, >= 2)
        Mean ``foretold`` and ``orders`` of groups of customers.

    Returns
    -------
    bytes
    """
    figure, axes = canvas(4.6, 4.2)
    most = 1.05 * max(tenths["foretold"].max(), tenths["orders"].max(), 1e-3)
    axes.plot([0, most], [0, most], color="#999999", linewidth=1, label="what was said holds")
    axes.plot(tenths["foretold"], tenths["orders"], "o-", color="#1f5f8b", label="what happened")
    axes.set(xlabel="orders foretold (mean of a tenth)", ylabel="orders there were",
             xlim=(0, most), ylim=(0, most))  # fmt: skip
    axes.legend(frameon=False)
    return png(figure)
