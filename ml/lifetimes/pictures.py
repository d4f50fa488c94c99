"""A picture of how well orders to come were foretold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.predictions.pictures import agreement

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
    names = ("orders foretold (mean of a tenth)", "orders there were")
    return agreement(tenths["foretold"], tenths["orders"], names)
