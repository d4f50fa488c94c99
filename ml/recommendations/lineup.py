"""The recommenders that are compared, and those that the hybrid mixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.recommendations.content import Content
from ml.recommendations.factors import Als, Bpr, TruncatedSvd
from ml.recommendations.frequency import PersonalFrequency
from ml.recommendations.neighbours import CustomerNeighbours
from ml.recommendations.objectives import ByValue
from ml.recommendations.popularity import Popularity
from ml.recommendations.products import ProductNeighbours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ml.recommendations.interface import Algorithm

HYBRID = (
    "popular",
    "popular_recently",
    "popular_in_segment",
    "own_habits",
    "own_habits_in_demand",
    "neighbours_recently",
    "neighbours",
    "product_cosine",
    "co_purchase",
    "svd",
    "als",
    "content",
)
"""The components of the hybrid; the others are compared with it only."""
TUNED = ("own_habits_in_demand", "neighbours_recently", "svd", "als")
"""The components whose hyper-parameters are searched: those that carry most weight."""


def lineup(*, threads: int = 1) -> Mapping[str, Algorithm]:
    """Give every recommender that is compared, by name.

    Parameters
    ----------
    threads : int
        Threads of those that can use several without changing the result.
    """
    return {
        "popular": Popularity(),
        "popular_recently": Popularity(half_life_days=14.0),
        "popular_in_segment": Popularity(half_life_days=30.0, by_segment=True),
        "personal_frequency": PersonalFrequency(),
        "personal_then_popular": PersonalFrequency(fills_up=True),
        "own_habits": PersonalFrequency(half_life_days=180.0),
        "own_habits_in_demand": PersonalFrequency(180.0, demand_half_life_days=14.0),
        "customer_cosine": CustomerNeighbours(None, None),
        "neighbours": CustomerNeighbours(90.0, 90.0),
        "neighbours_recently": CustomerNeighbours(180.0, 14.0),
        "co_purchase": ProductNeighbours("co_purchase"),
        "product_cosine": ProductNeighbours("cosine"),
        "product_bm25": ProductNeighbours("bm25"),
        "svd": TruncatedSvd(),
        "als_bare": Als(regularization=1.0, half_life_days=None, threads=threads),
        "als": Als(threads=threads),
        "als_by_price": ByValue(Als(threads=threads), "price"),
        "als_by_margin": ByValue(Als(threads=threads), "margin"),
        "bpr": Bpr(),
        "content": Content(),
    }
