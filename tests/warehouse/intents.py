"""What customers are about right now, drawn by chance, and who then enters each trigger."""

import numpy as np
import pandas as pd

WHOLE = {
    "active_days": 6,
    "category_views_1_hour": 6,
    "product_views_24_hours": 3,
    "product_page_visits": 7,
    "similar_bought": 3,
}
TEXTS = ("category_of_1_hour", "product_of_most_visits", "category_of_most_visits")
MOMENTS = (*("last_event_at", "last_product_view_at", "cart_touched_at", "category_interested_at"),)
IDS = (
    *("event_ids", "product_view_ids", "cart_event_ids"),
    *("category_view_ids", "product_page_ids"),
)
TRIGGERS = {
    "cart_recovery": lambda c: left_cart(drawn(c)),
    "category_interest_now": lambda c: drawn(c)["category_views_1_hour"] > 2,
    "discount_offer": lambda c: left_cart(drawn(c)) & (drawn(c)["product_views_24_hours"] > 0),
    "inactivity_reminder": lambda c: (
        (drawn(c)["hours_since_last_event"] >= 48) & (drawn(c)["active_days"] >= 3)
    ),
    "product_page_offer": lambda c: (
        (drawn(c)["product_page_visits"] > 3)
        & (drawn(c)["similar_bought"] > 0)
        & (drawn(c)["last_order_at"] < drawn(c)["product_returned_at"])
    ),
}


def left_cart(c: pd.DataFrame) -> "pd.Series[bool]":
    return (c["open_cart_items"] > 0) & (c["cart_idle_minutes"] > 30)


def drawn(customers: pd.DataFrame) -> pd.DataFrame:
    """Return ``ftr_intents`` of these customers, the same each time."""
    chance = np.random.default_rng(4)
    count = len(customers)
    return customers[["customer_id", "as_of", "open_cart_items"]].assign(
        cart_idle_minutes=customers["open_cart_idle_minutes"],
        hours_since_last_event=chance.integers(40, 60, count).astype(float),
        product_returned_at=customers["as_of"] - pd.Timedelta(hours=1),
        last_order_at=customers["as_of"] - pd.to_timedelta(chance.integers(0, 9, count), "h"),
        **{name: chance.integers(0, most, count) for name, most in WHOLE.items()},
        **dict.fromkeys(TEXTS, "lamps"),
        **dict.fromkeys(MOMENTS, customers["as_of"]),
        **{name: [["m1"]] * count for name in IDS},
    )
