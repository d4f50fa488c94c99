"""Which features group customers, and what the groups are called."""

from __future__ import annotations

from typing import Final

from ml.labels import Rule

ORDER_BY: Final = "monetary"

COLUMNS: Final = (
    "recency_days",
    "frequency",
    "monetary",
    "discounted_share",
    "days_since_last_visit",
    "sessions_90_days",
    "session_minutes",
    "product_views_90_days",
    "categories_viewed",
    "searches_90_days",
    "cart_adds_90_days",
    "open_cart_items",
    "promotion_click_rate",
)

# What a missing value means; a column not named here gets the median of the others. A customer who
# never bought is at neither end of recency: the median; but has spent nothing: 0.
MISSING: Final = {
    "frequency": 0.0,
    "monetary": 0.0,
    "discounted_share": 0.0,
    "session_minutes": 0.0,
    "promotion_click_rate": 0.0,
}

# The strictest first: each name goes to the one cluster that meets it most clearly.
RULES: Final = (
    Rule("loyal buyers", {"frequency": 0.75, "monetary": 0.75, "recency_days": -0.1}),
    Rule("lapsed buyers", {"frequency": 0.2, "recency_days": 0.4}),
    Rule("bargain seekers", {"frequency": 0.1, "discounted_share": 0.6}),
    Rule("cart fillers", {"open_cart_items": 0.75}),
    Rule("promotion clickers", {"promotion_click_rate": 0.75}),
    Rule("occasional buyers", {"frequency": 0.2}),
    Rule("long lapsed buyers", {"recency_days": 0.75}),
    Rule("lapsing buyers", {"recency_days": 0.3}),
    Rule("recently active buyers", {"recency_days": -0.3}),
    Rule("engaged browsers", {"product_views_90_days": 0.4, "monetary": -0.1}),
    Rule("lapsed visitors", {"days_since_last_visit": 0.4, "monetary": -0.1}),
    Rule("light browsers", {"product_views_90_days": -0.1, "monetary": -0.1}),
    Rule("non-buyers", {"frequency": -0.4}),
)
