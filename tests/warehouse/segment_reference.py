"""Who belongs into which segment, said once more, over rows drawn so that each segment has some."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.warehouse import intents

AS_OF = pd.Timestamp("2026-04-01")
Rule = Callable[[pd.DataFrame], "pd.Series[bool]"]


def left_cart(c: pd.DataFrame) -> "pd.Series[bool]":
    return (c["open_cart_items"] > 0) & (c["open_cart_idle_minutes"] > 30)


def lapsed(c: pd.DataFrame) -> "pd.Series[bool]":
    return c["recency_days"] > 60


def recent(c: pd.DataFrame) -> "pd.Series[bool]":
    return c["recency_days"] <= 30


def mobile(c: pd.DataFrame) -> "pd.Series[bool]":
    return (c["days_since_last_visit"] <= 30) & (c["device_type"] == "mobile")


def new(c: pd.DataFrame) -> "pd.Series[bool]":
    return (c["days_since_first_seen"] <= 7) & (c["sessions_30_days"] > 0) & (c["orders"] == 0)


def falling(c: pd.DataFrame) -> "pd.Series[bool]":
    before = c["earlier_orders_per_30_days"]
    return (before >= 1) & (c["orders_30_days"] <= 0.5 * before)


# the first cluster buys at the deepest discounts, the second spends most, the third orders most now
MEMBERS: dict[str, Rule] = {
    **intents.TRIGGERS,
    "abandoners_of_large_carts": lambda c: left_cart(c) & (c["open_cart_items"] > 3),
    "abandoners_viewing_again": lambda c: left_cart(c) & (c["product_views_24_hours"] >= 1),
    "active_cluster_slowing": lambda c: falling(c) & (c["cluster"] == 2),
    "added_without_purchase": lambda c: (
        (c["hours_since_cart_add"] >= 24) & (c["orders_since_cart_add"] == 0)
    ),
    "bargain_cluster_abandoners": lambda c: left_cart(c) & (c["cluster"] == 0),
    "brand_loyal": lambda c: (c["brand_purchases"] >= 3) & (c["most_bought_brand_share"] >= 0.6),
    "browsing_enthusiasts": lambda c: c["most_views_of_a_category_in_a_session"] >= 5,
    "cart_abandoners": left_cart,
    "category_abandoners": lambda c: left_cart(c) & (c["open_cart_category"] == "Shoes"),
    "category_buyers_urban": lambda c: (
        c["is_urban"] & (c["preferred_channel"] == "email") & (c["audio_purchases"] >= 1)
    ),
    "category_interest": lambda c: c["most_category_views_in_an_hour"] > 2,
    "discount_seekers": lambda c: (
        (c["discounted_views_30_days"] >= 5) & (c["discounted_view_share"] >= 0.6)
    ),
    "engaged_browsers": lambda c: (
        (c["sessions_30_days"] >= 3)
        & (c["product_views_30_days"] >= 15)
        & (c["orders_30_days"] == 0)
    ),
    "evening_visitors": lambda c: (c["sessions_90_days"] >= 3) & (c["evening_share"] >= 0.6),
    "frequent_buyers": lambda c: (c["orders_90_days"] >= 4) & (c["recency_days"] <= 60),
    "frequent_visitors": lambda c: c["sessions_30_days"] >= 5,
    "gone_quiet": lambda c: (c["active_days"] >= 2) & (c["hours_since_last_event"] >= 48),
    "high_intent_buyers": lambda c: (
        recent(c) & (c["product_views_90_days"] >= 5) & (c["add_to_cart_rate"] >= 0.3)
    ),
    "high_value_customers": lambda c: c["is_top_decile"],
    "high_value_lapsed": lambda c: lapsed(c) & (c["m_score"] == 5),
    "home_country_customers": lambda c: c["country"] == "DE",
    "lapsed_customers": lapsed,
    "lapsed_favourites": lambda c: lapsed(c) & (c["cluster"] == 1),
    "lookalikes_of_buyers": lambda c: (c["buyer_likeness"] >= 1) & (c["orders_30_days"] == 0),
    "lookalikes_with_carts": lambda c: left_cart(c) & (c["buyer_likeness"] >= 1),
    "low_engagement_users": lambda c: (
        (c["days_since_first_seen"] >= 14)
        & (c["sessions_90_days"] > 0)
        & (c["views_per_session"] < 1)
        & (c["orders_90_days"] == 0)
    ),
    "luxury_browsers": lambda c: c["luxury_views_30_days"] >= 5,
    "margin_viewers": lambda c: (c["margin_views_30_days"] >= 5) & (c["orders_90_days"] <= 1),
    "mobile_users": mobile,
    "new_visitors": new,
    "new_visitors_by_campaign": lambda c: new(c) & c["first_campaign"].notna(),
    "niche_searchers": lambda c: c["rarest_search_share"] <= 0.01,
    "one_time_buyers": lambda c: c["orders"] == 1,
    "price_sensitive": lambda c: (c["orders"] >= 2) & (c["price_level"] <= 0.8),
    "product_page_returners": lambda c: (
        (c["views_of_one_product"] > 3) & (c["similar_products_bought"] > 0)
    ),
    "promotion_responsive": lambda c: (
        (c["promotion_views_90_days"] >= 3) & (c["promotion_click_rate"] >= 0.3)
    ),
    "purchase_frequency_falling": falling,
    "purchase_frequency_rising": lambda c: (
        (c["orders_30_days"] >= 2)
        & (c["earlier_orders_per_30_days"] > 0)
        & (c["orders_30_days"] >= 1.5 * c["earlier_orders_per_30_days"])
    ),
    "recent_buyers": recent,
    "recent_viewers_without_purchase": lambda c: (
        (c["product_views_7_days"] > 0) & (c["orders_7_days"] == 0)
    ),
    "referred_visitors": lambda c: (
        (c["days_since_last_visit"] <= 30) & (c["referrer"] == "https://blog.example.org/")
    ),
    "repeat_product_viewers": lambda c: c["most_views_of_a_product_in_a_session"] >= 3,
    "seasonal_shoppers": lambda c: (
        (c["orders"] >= 2)
        & np.where(
            c["days_since_first_purchase"] >= 180,
            c["busiest_quarter_share"] >= 0.75,
            (c["sessions_90_days"] >= 4)
            & (c["busiest_weeks_share"] >= 0.75)
            & (c["recency_days"] <= 60),
        )
    ),
    "urban_customers": lambda c: c["is_urban"],
    "weather_shoppers": lambda c: (
        (c["visits_with_weather"] >= 6)
        & (c["wet_visit_share"] >= 0.6)
        & (c["wet_visit_share"] >= 1.5 * c["wet_day_share"])
    ),
    "urban_mobile_commuters": lambda c: (
        mobile(c) & c["is_urban"] & (c["commuting_sessions_30_days"] >= 2)
    ),
}

OF_RECENTS = (
    "active_days",
    "hours_since_last_event",
    "product_views_24_hours",
    "most_category_views_in_an_hour",
    "most_views_of_a_product_in_a_session",
    "most_views_of_a_category_in_a_session",
    "hours_since_cart_add",
    "orders_since_cart_add",
)
# what stands in a table of its own, and under which name
OTHERS = {
    "ftr_recents": {name: name for name in OF_RECENTS},
    "ftr_searches": {"rarest_search_share": "rarest_search_share"},
    "ftr_revisits": {
        "views_of_one_product": "product_views_30_days",
        "similar_products_bought": "similar_products_bought",
    },
    "ftr_lookalikes": {"buyer_likeness": "buyer_likeness"},
    "ftr_weathers": {
        "visits_with_weather": "visits_with_weather",
        "wet_visit_share": "wet_visit_share",
        "wet_day_share": "wet_day_share",
    },
    "ftr_affinities": {"audio_purchases": "purchases_30_days"},
}
UNREAD = {
    "ftr_recents": ("category_of_most_views", "product_of_most_views", "last_product_id"),
    "ftr_searches": ("searchers_of_rarest",),
    "ftr_revisits": ("product_id",),
    "ftr_lookalikes": (),
    "ftr_weathers": (),
    "ftr_affinities": (),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """Customers with all that segments look at, and the tables this stands in."""

    customers: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the feature tables, those beside ftr_customers only of some customers."""
        moved = ["cluster", *(name for names in OTHERS.values() for name in names)]
        tables = {"ftr_customers": self.customers.drop(columns=moved)}
        for table, names in OTHERS.items():
            known = self.customers[self.customers[next(iter(names))].notna()]
            rows = known[["customer_id", "as_of", *names]].rename(columns=names)
            tables[table] = rows.assign(**dict.fromkeys(UNREAD[table], "something"))
        tables["ftr_affinities"] = tables["ftr_affinities"].assign(level="category", name="Audio")
        return {**tables, "ftr_intents": intents.drawn(self.customers)}

    def at(self, as_of: pd.Timestamp) -> "Drawn":
        """Return the same customers at another moment."""
        return Drawn(self.customers.assign(as_of=as_of))


def draw(count: int = 600, *, seed: int = 3) -> Drawn:
    """Draw customers of whom each segment has some; whoever never ordered has no recency."""
    chance = np.random.default_rng(seed)

    def whole(below: int) -> np.ndarray:
        return chance.integers(0, below, count)

    def some(values: np.ndarray, share: float = 0.7) -> np.ndarray:
        return np.where(chance.random(count) < share, values, np.nan)

    recency = whole(120).astype(float)
    recency[: count // 3] = np.nan
    has_bought = ~np.isnan(recency)
    orders = np.where(has_bought, chance.integers(1, 5, count), 0)
    items = np.where(chance.random(count) < 0.4, 0, whole(6) + 1)
    cluster = whole(3).astype(float)
    cluster[::10] = np.nan
    sessions = whole(7)
    views = whole(40)
    drawn = pd.DataFrame(
        {
            "customer_id": [f"c{number:03d}" for number in range(count)],
            "as_of": AS_OF,
            "is_known": np.arange(count) % 3 > 0,
            "cluster": cluster,
            "recency_days": recency,
            "revenue": np.where(cluster == 1, 50.0, 10.0) * orders,
            "monetary": orders * 9.0,
            "discounted_share": np.where(cluster == 0, 0.9, 0.1) * np.where(has_bought, 1, np.nan),
            "m_score": np.where(has_bought, chance.integers(1, 6, count), np.nan),
            "is_top_decile": chance.random(count) < 0.1,
            "rfm_score": chance.integers(3, 15, count),
            "orders": orders,
            "orders_7_days": np.where(recency <= 7, 1, 0),
            "orders_30_days": np.where(recency <= 30, whole(4) + 2 * (cluster == 2), 0),
            "orders_90_days": np.where(recency <= 90, whole(3) + orders, 0),
            "earlier_orders_per_30_days": whole(9) / 2,
            "days_since_first_purchase": np.where(has_bought, whole(300), np.nan),
            "days_since_last_purchase": recency,
            "busiest_quarter_share": np.where(has_bought, chance.random(count), np.nan),
            "busiest_weeks_share": some(chance.random(count)),
            "price_level": np.where(has_bought, chance.random(count) * 2, np.nan),
            "open_cart_items": items.astype(float),
            "open_cart_idle_minutes": np.where(items > 0, whole(90), np.nan),
            "open_cart_value": items * 10.0,
            "open_cart_category": np.array(["Shoes", "Books", None])[whole(3)],
            "sessions_30_days": sessions,
            "sessions_90_days": sessions + whole(4),
            "product_views_7_days": whole(3),
            "product_views_30_days": views,
            "product_views_90_days": views + whole(20),
            "views_per_session": some(chance.random(count) * 3),
            "add_to_cart_rate": some(chance.random(count)),
            "promotion_views_90_days": whole(8),
            "promotion_click_rate": some(chance.random(count)),
            "discounted_views_30_days": whole(12),
            "discounted_view_share": some(chance.random(count)),
            "margin_views_30_days": whole(10),
            "luxury_views_30_days": whole(10),
            "days_since_first_seen": whole(30),
            "days_since_last_visit": some(whole(60).astype(float)),
            "device_type": np.array(["mobile", "desktop", None])[whole(3)],
            "referrer": np.array(
                ["https://blog.example.org/", "https://www.google.com/", None], dtype=object
            )[whole(3)],
            "country": np.array(["DE", "FR", None])[whole(3)],
            "city": np.array(["Paris", "Giverny", None])[whole(3)],
            "is_urban": chance.random(count) < 0.5,
            "preferred_channel": np.array(["email", "phone", None])[whole(3)],
            "first_campaign": np.array(["news", None])[whole(2)],
            "evening_share": some(chance.random(count)),
            "commuting_sessions_30_days": whole(4),
            "brand_purchases": whole(6),
            "most_bought_brand_share": some(chance.random(count)),
            "most_bought_brand": "Wren",
            "rarest_search_share": some(whole(30) / 1000),
            "views_of_one_product": some(whole(8) + 2.0),
            "similar_products_bought": whole(3),
            "buyer_likeness": some(chance.normal(0, 1, count)),
            "visits_with_weather": some(whole(20).astype(float)),
            "wet_visit_share": chance.random(count),
            "wet_day_share": chance.random(count),
            "audio_purchases": some(whole(3).astype(float)),
        }
    )
    active = some(whole(5).astype(float))
    recents = {name: np.where(np.isnan(active), np.nan, whole(8)) for name in OF_RECENTS}
    hours = {"hours_since_last_event": whole(100) * 1.0, "hours_since_cart_add": some(whole(90))}
    return Drawn(drawn.assign(**recents).assign(active_days=active, **hours))
