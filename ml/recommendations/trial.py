"""Judging ALS parameters, and popularity beside them, on days they have not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.recommendations import als, evaluation

if TYPE_CHECKING:
    from ml.recommendations.als import Parameters
    from ml.recommendations.evaluation import Quality
    from ml.recommendations.split import Split

PAIR = ["customer_id", "product_id"]


def judge(
    parted: Split,
    parameters: Parameters,
    *,
    hidden: pd.DataFrame | None = None,
    k: int = 10,
    most_customers: int = 20_000,
    random_state: int,
    num_threads: int = 1,
) -> dict[str, Quality]:
    """Train on what came before the cut, and measure on what came after.

    Parameters
    ----------
    parted : Split
        Interactions before and after the cut.
    parameters : Parameters
        What ALS is told.
    hidden : DataFrame, optional
        ``customer_id`` and ``product_id`` of pairs not to recommend, as known at the cut; they do
        not count as relevant either.
    k : int
        How many places count.
    most_customers : int
        Measured on a sample of at most this many.
    random_state : int
        Seeds ALS and the sample.
    num_threads : int
        Threads that solve and rank.

    Returns
    -------
    dict of str to Quality
        ``als`` and ``popularity``, over the same customers: those with history before the cut
        and a relevant product after it. Empty where there is nobody, or nothing to choose from.
    """
    relevant = parted.test if hidden is None else _without(parted.test, hidden)
    relevant = relevant[relevant["customer_id"].isin(parted.train["customer_id"].unique())]
    customers = relevant["customer_id"].drop_duplicates().sort_values(ignore_index=True)
    if customers.empty or parted.train["product_id"].nunique() < 2:
        return {}
    if len(customers) > most_customers:
        chance = np.random.default_rng(random_state)
        rows = np.sort(chance.choice(len(customers), most_customers, replace=False))
        customers = customers.iloc[rows]
        relevant = relevant[relevant["customer_id"].isin(customers)]
    model = als.fit(parted.train, parameters, random_state=random_state, num_threads=num_threads)

    def measure(history: pd.DataFrame) -> Quality:
        frames = als.recommend(
            model, history, customers, hidden=hidden, count=k, num_threads=num_threads
        )
        return evaluation.measure(pd.concat(frames), relevant, k=k)

    return {"als": measure(parted.train), "popularity": measure(parted.train.iloc[:0])}


def _without(pairs: pd.DataFrame, removed: pd.DataFrame) -> pd.DataFrame:
    marked = pairs.merge(removed[PAIR].drop_duplicates(), on=PAIR, how="left", indicator=True)
    return marked.loc[marked["_merge"] == "left_only", PAIR]
