"""What is predicted, of whom, and at which past moments models learn it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import pandas as pd

LIFETIMES = "lifetimes"
ORDERS_DAYS = 30  # expected_orders looks this far ahead
VALUE_DAYS = 365  # lifetime_value this far
YEARLY_DISCOUNT = 0.1
STEP = timedelta(days=7)  # from one moment to the next: labels within a week then do not overlap
MOST_MOMENTS = 10
WARMING_UP = timedelta(days=14)  # before the first moment, so that features have something to count
# what a customer is like, beside a category; the topics that tell buyers from others
PAIR_COLUMNS = (
    "is_known", "days_since_first_seen", "orders", "days_since_last_purchase", "orders_7_days",
    "orders_30_days", "average_order_value", "purchase_interval_days", "days_since_last_visit",
    "sessions_7_days", "sessions_30_days", "product_views_7_days", "product_views_30_days",
    "cart_adds_7_days", "cart_adds_30_days", "add_to_cart_rate", "cart_to_order_rate",
    "categories_viewed", "open_cart_items", "open_cart_value", "open_cart_idle_minutes",
)  # fmt: skip
CATEGORY_COLUMNS = (
    "category_views", "category_views_30_days", "category_orders", "category_orders_30_days",
    "category_weight", "category_affinity_share", "category_popularity_share",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """A probability: its name, its examples, its horizon and its label.

    ``labels`` takes examples and the horizon, and keeps those the question can be asked of.
    """

    name: str
    table: Literal["customer", "pair"]
    horizon_days: int
    question: str
    labels: Callable[[pd.DataFrame, pd.Timedelta], pd.DataFrame]

    @property
    def horizon(self) -> timedelta:
        """How long after a moment the answer is known."""
        return timedelta(days=self.horizon_days)


def _buys(examples: pd.DataFrame, horizon: pd.Timedelta) -> pd.DataFrame:
    within = examples["next_order_at"] <= examples["as_of"] + horizon
    return examples.assign(label=within.to_numpy(dtype=bool))


def _leaves(examples: pd.DataFrame, horizon: pd.Timedelta) -> pd.DataFrame:
    buyers = examples[examples["has_ordered"]]
    within = buyers["next_sign_at"] <= buyers["as_of"] + horizon
    return buyers.assign(label=~within.to_numpy(dtype=bool))


TARGETS = (
    Target("purchase_7d", "customer", 7, "orders within 7 days", _buys),
    Target(
        "category_purchase_7d", "pair", 7,
        "orders within 7 days from a category that they have shown interest in", _buys,
    ),
    Target(
        "churn", "customer", 21,
        "has ordered before and neither orders nor visits within 21 days", _leaves,
    ),
)  # fmt: skip
NAMES = (*(target.name for target in TARGETS), LIFETIMES)
LONGEST_DAYS = max(target.horizon_days for target in TARGETS)


def moments(first: datetime, live: datetime) -> list[datetime]:
    """Return past moments, weeks before the live one, the earliest first; perhaps none."""
    found = [live - number * STEP for number in range(1, MOST_MOMENTS + 1)]
    return sorted(moment for moment in found if moment >= first + WARMING_UP)
