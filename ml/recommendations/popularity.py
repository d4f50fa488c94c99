"""The products that draw most interest: what a customer without history is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.standardisation import DECIMALS, require_columns

if TYPE_CHECKING:
    import pandas as pd


def rank(interactions: pd.DataFrame) -> pd.DataFrame:
    """Order products by the weight of all interactions with them.

    Parameters
    ----------
    interactions : DataFrame of shape (n_interactions, >= 3)
        ``customer_id``, ``product_id`` and ``weight``.

    Returns
    -------
    DataFrame of shape (n_products, 2)
        ``product_id`` and ``score`` (the summed weight), highest first, then by ``product_id``.
    """
    require_columns(interactions, ["product_id", "weight"])
    totals = interactions.groupby("product_id", sort=True, observed=True)["weight"].sum()
    ranked = totals.astype("float64").round(DECIMALS).rename("score").reset_index()
    return ranked.sort_values(
        ["score", "product_id"], ascending=[False, True], kind="stable", ignore_index=True
    )
