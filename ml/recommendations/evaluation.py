"""How good a ranking is: precision, recall and mean average precision among its first places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ml.standardisation import require_columns

if TYPE_CHECKING:
    import pandas as pd

PAIR = ["customer_id", "product_id"]


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over customers, each counted alike; ``customers`` says over how many."""

    precision: float
    recall: float
    mean_average_precision: float
    customers: int


def measure(recommended: pd.DataFrame, relevant: pd.DataFrame, *, k: int = 10) -> Quality:
    """Measure rankings against what customers then took an interest in.

    Per customer, with ``hits`` the relevant products among the first ``k``: precision is
    ``hits / k``; recall is ``hits / n_relevant``; average precision is the sum, over the places of
    the hits, of the precision down to that place, divided by ``min(k, n_relevant)``, so that
    a perfect ranking scores 1.

    Parameters
    ----------
    recommended : DataFrame of shape (n_rows, >= 3)
        ``customer_id``, ``rank`` (from 1) and ``product_id``. A customer without rows scores 0;
        one without a relevant product is not counted.
    relevant : DataFrame of shape (n_pairs, >= 2)
        ``customer_id`` and ``product_id``, each pair once.
    k : int
        How many places count.

    Returns
    -------
    Quality

    Raises
    ------
    ValueError
        If a column is missing, ``k`` is below 1, or there is no relevant pair.
    """
    require_columns(recommended, [*PAIR, "rank"])
    require_columns(relevant, PAIR)
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    if relevant.empty:
        raise ValueError("no relevant pair to measure against")
    wanted = relevant.groupby("customer_id", observed=True).size().rename("wanted").reset_index()
    first = recommended.loc[recommended["rank"] <= k, [*PAIR, "rank"]]
    hits = first.merge(relevant[PAIR], on=PAIR).merge(wanted, on="customer_id")
    hits = hits.sort_values(["customer_id", "rank"], kind="stable")
    nth = hits.groupby("customer_id", observed=True).cumcount().to_numpy() + 1
    count = len(wanted)
    best = np.minimum(hits["wanted"].to_numpy(), k)
    return Quality(
        precision=float(len(hits) / (k * count)),
        recall=float((1 / hits["wanted"].to_numpy()).sum() / count),
        mean_average_precision=float((nth / hits["rank"].to_numpy() / best).sum() / count),
        customers=count,
    )
