"""What customers are about right now, drawn by chance, and who then enters each trigger."""

import numpy as np
import pandas as pd

TRIGGERS = {
    "cart_recovery": lambda c: (c["open_cart_items"] > 0) & (c["cart_idle_minutes"] > 30),
    "category_interest_now": lambda c: c["category_views_1_hour"] > 2,
    "inactivity_reminder": lambda c: (c["hours_since_last_event"] >= 48) & (c["active_days"] >= 3),
    "discount_offer": lambda c: (
        (c["open_cart_items"] > 0)
        & (c["cart_idle_minutes"] > 30)
        & (c["product_views_24_hours"] > 0)
    ),
    "product_page_offer": lambda c: (c["product_page_visits"] > 3) & (c["similar_bought"] > 0),
}


def with_intents(customers: pd.DataFrame) -> pd.DataFrame:
    """Add the columns of ``ftr_intents`` that triggers read."""
    chance = np.random.default_rng(4)
    count = len(customers)
    hours = chance.integers(40, 60, count).astype(float)
    views = {
        "active_days": 6,
        "category_views_1_hour": 6,
        "product_views_24_hours": 3,
        "product_page_visits": 7,
        "similar_bought": 3,
    }
    named = ["category_of_1_hour", "product_of_most_visits", "category_of_most_visits"]
    moments = [
        *("last_event_at", "last_order_at", "last_product_view_at", "cart_touched_at"),
        *("category_interested_at", "product_returned_at"),
    ]
    ids = [
        *("event_ids", "product_view_ids", "cart_event_ids"),
        *("category_view_ids", "product_page_ids"),
    ]
    return customers.assign(
        hours_since_last_event=hours,
        cart_idle_minutes=customers["open_cart_idle_minutes"],
        **{name: chance.integers(0, most, count) for name, most in views.items()},
        **dict.fromkeys(named, "lamps"),
        **dict.fromkeys(moments, customers["as_of"]),
        **{name: [["m1"]] * count for name in ids},
    )
