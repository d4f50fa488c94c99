"""What segments read of tastes, habits and the last week, again by plain loops over plain rows."""

import math
from collections import Counter, defaultdict

import pandas as pd

from tests.warehouse.feature_reference import DAY, Reference, mean, ratio

URBAN = {"Berlin", "Hamburg", "Köln", "London", "München", "New York", "Paris", "Wien"}
LUXURY = {"Audio", "Jackets"}
EVENING, COMMUTING = {18, 19, 20, 21}, {6, 7, 8, 16, 17, 18}
HOUR = pd.Timedelta(hours=1)
SEASON = 21 * DAY
COMPARED = (
    "sessions_30_days",
    "page_views_30_days",
    "product_views_30_days",
    "searches_30_days",
    "cart_adds_30_days",
    "promotion_clicks_30_days",
)


class Tastes:
    """More features of every customer of a shop at one moment, on top of the others."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.as_of = reference.as_of
        self.products = self._products()

    def is_recent(self, moment: pd.Timestamp, days: int) -> bool:
        return self.reference.in_window(moment, days)

    def _products(self) -> dict[str, dict[str, object]]:
        """Return what each product is and costs, by the newest session or order with it."""
        seen = defaultdict(list)
        for events in self.reference.events.values():
            for event in events:
                if event["event"] in {"Product Viewed", "Product Added"} and event["product_id"]:
                    session = self.reference.session_ids[event["message_id"]]
                    key = (event["product_id"], session, event["timestamp"].date())
                    seen[key].append((event["timestamp"], event))
        dated = []
        for (product, *_), rows in seen.items():
            prices = [row["list_price"] or row["price"] for _, row in rows]
            margins = [row["margin_share"] for _, row in rows]
            dated.append((max(moment for moment, _ in rows), product, prices, margins))
        for lines in self.reference.lines.values():
            dated += [
                (line["ordered_at"], line["product_id"], [line["list_price"] or line["price"]], [])
                for line in lines
                if line["is_goods"]
            ]
        found = defaultdict(dict)
        for _, product, prices, margins in sorted(dated, key=lambda row: row[0]):
            for name, values in (("list_price", prices), ("margin_share", margins)):
                known = [value for value in values if value is not None]
                if known:
                    found[product][name] = max(known)
        for product in found:
            found[product] |= self.reference.described[product]
        of_category = defaultdict(list)
        for described in found.values():
            if "category" in described and "list_price" in described:
                of_category[described["category"]].append(described)
        for described in of_category.values():
            for product in described:
                cheaper = sum(other["list_price"] < product["list_price"] for other in described)
                rank = cheaper / (len(described) - 1) if len(described) > 1 else 0
                product["price_band"] = min(3, 1 + math.floor(3 * rank))
        return found

    def features(self, customer: str) -> dict[str, object]:
        return {
            **self._habits(customer),
            **self._purchases(customer),
            **self._views(customer),
            "open_cart_category": self._cart_category(customer),
        }

    def _habits(self, customer: str) -> dict[str, object]:
        sessions = self.reference.sessions[customer]
        over = [s["ended_at"] + pd.Timedelta(minutes=30) <= self.as_of for s in sessions]
        quarter = [s for s in sessions if self.is_recent(s["started_at"], 90)]
        month = [s for s in quarter if self.is_recent(s["started_at"], 30)]
        finished = [s for s, is_over in zip(sessions, over, strict=True) if is_over]
        city = finished[-1]["city"] if finished else None
        crowds = [
            sum(
                late["started_at"] - SEASON <= s["started_at"] <= late["started_at"]
                for s in quarter
            )
            for late in quarter
        ]
        return {
            "city": city,
            "is_urban": city in URBAN,
            "first_campaign": sessions[0]["campaign_name"] if sessions and over[0] else None,
            "evening_share": mean([s["started_at"].hour in EVENING for s in quarter]),
            "commuting_sessions_30_days": sum(
                s["started_at"].hour in COMMUTING and s["started_at"].day_of_week < 5 for s in month
            ),
            "busiest_weeks_share": max(crowds) / len(quarter) if quarter else None,
        }

    def _purchases(self, customer: str) -> dict[str, object]:
        times = [order["ordered_at"] for order in self.reference.orders[customer]]
        earlier = [t for t in times if self.is_recent(t, 90) and not self.is_recent(t, 30)]
        found = {"earlier_orders_per_30_days": len(earlier) / 2}
        for level in ("category", "brand"):
            bought = Counter(
                self.products[line["product_id"]][level]
                for line in self.reference.lines[customer]
                if line["is_goods"] and level in self.products[line["product_id"]]
            )
            most = min(bought, key=lambda name: (-bought[name], name)) if bought else None
            found[f"most_bought_{level}"] = most
            found[f"most_bought_{level}_share"] = ratio(bought[most], sum(bought.values()))
            found[f"{level}_purchases"] = sum(bought.values())
        return found

    def _views(self, customer: str) -> dict[str, object]:
        views = [
            event
            for event in self.reference.events[customer]
            if event["event"] == "Product Viewed" and self.is_recent(event["timestamp"], 30)
        ]
        named = [event for event in views if event["product_id"] is not None]
        about = [self.products[event["product_id"]] for event in named]
        reduced = sum(
            None not in (event["price"], event["list_price"])
            and event["price"] < event["list_price"]
            for event in named
        )
        has_any = bool(self.reference.interactions(customer))
        return {
            "discounted_views_30_days": reduced,
            "margin_views_30_days": sum((one.get("margin_share") or 0) >= 0.4 for one in about),
            "luxury_views_30_days": sum(one.get("category") in LUXURY for one in about),
            "discounted_view_share": ratio(reduced, len(views)) if has_any else None,
        }

    def _cart_category(self, customer: str) -> str | None:
        pieces = Counter()
        for product, count in self.reference.open_cart(customer).items():
            if "category" in self.products.get(product, {}):
                pieces[self.products[product]["category"]] += count
        return min(pieces, key=lambda name: (-pieces[name], name)) if pieces else None

    def recents(self, customer: str) -> dict[str, object] | None:
        """Return what ``ftr_recents`` says, or None for who did nothing in a week."""
        week = [e for e in self.reference.events[customer] if e["timestamp"] > self.as_of - 7 * DAY]
        acted = [e["timestamp"] for e in week if not e["event"].startswith("Order ")]
        if not acted:
            return None
        views = [e for e in week if e["event"] == "Product Viewed" and e["product_id"]]
        day = [e for e in views if e["timestamp"] > self.as_of - DAY]
        hour = Counter(e["category"] for e in day if e["timestamp"] > self.as_of - HOUR)
        in_an_hour = [
            sum(
                e["category"] == last["category"]
                and last["timestamp"] - HOUR <= e["timestamp"] <= last["timestamp"]
                for e in day
            )
            for last in day
        ]
        of = self.reference.session_ids
        products = Counter((of[e["message_id"]], e["product_id"]) for e in views)
        categories = Counter((of[e["message_id"]], e["category"]) for e in views)
        adds = [e["timestamp"] for e in week if e["event"] == "Product Added"]
        return {
            "hours_since_last_event": (self.as_of - max(acted)) / HOUR,
            "active_days": len({moment.date() for moment in acted}),
            "last_product_id": views[-1]["product_id"] if views else None,
            "product_views_24_hours": len(day),
            "category_views_1_hour": max(hour.values(), default=0),
            "most_category_views_in_an_hour": max(in_an_hour, default=0),
            "most_views_of_a_product_in_a_session": max(products.values(), default=0),
            "most_views_of_a_category_in_a_session": max(categories.values(), default=0),
            "hours_since_cart_add": (self.as_of - max(adds)) / HOUR if adds else None,
            "orders_since_cart_add": sum(
                e["event"] == "Order Completed" and bool(adds) and e["timestamp"] >= max(adds)
                for e in week
            ),
        }

    def searches(self) -> dict[str, float]:
        """Return the share of the searchers who made each customer's rarest search."""
        made = defaultdict(set)
        for customer, events in self.reference.events.items():
            for event in events:
                if event["search_query"] and event["timestamp"] > self.as_of - 30 * DAY:
                    is_late = event["timestamp"] > self.as_of - 7 * DAY
                    made[event["search_query"].lower()].add((customer, is_late))
        searchers = {who for people in made.values() for who, _ in people}
        found = defaultdict(list)
        for people in made.values():
            share = len({who for who, _ in people}) / len(searchers)
            for who in {who for who, _ in people}:
                found[who].append((share, (who, True) in people))
        late = {who: [s for s, is_late in shares if is_late] for who, shares in found.items()}
        return {who: min(shares) for who, shares in late.items() if shares}

    def weather(self, customer: str, told: pd.DataFrame) -> tuple[int, float, float] | None:
        """Return visits on days of known weather, the share of wet ones, and what chance gives."""
        recent = told[[self.is_recent(day, 90) for day in told["weather_date"]]]
        usual = recent.groupby("city")["is_wet"].mean()
        wet = recent.set_index(["city", "weather_date"])["is_wet"]
        keys = [
            (session["city"].lower(), session["started_at"].normalize())
            for session in self.reference.sessions[customer]
            if session["city"] and session["ended_at"] + 0.5 * HOUR <= self.as_of
        ]
        known = [key for key in keys if key in wet.index]
        if not known:
            return None
        return (
            len(known),
            mean([bool(wet[key]) for key in known]),
            mean([usual[city] for city, _ in known]),
        )

    def revisits(self, customer: str) -> tuple[int, int] | None:
        """Return views and similar purchases of the product that ``ftr_revisits`` names."""
        views = Counter(
            e["product_id"]
            for e in self.reference.events[customer]
            if e["event"] == "Product Viewed"
            and e["product_id"]
            and self.is_recent(e["timestamp"], 30)
        )
        bought = {line["product_id"] for line in self.reference.lines[customer] if line["is_goods"]}
        found = []
        for product, count in views.items():
            this = self.products[product]
            similar = 0
            for other in bought - {product}:
                that = self.products[other]
                same = {
                    name: name in this and name in that and this[name] == that[name]
                    for name in ("category", "brand", "price_band")
                }
                similar += same["category"] and (same["brand"] or same["price_band"])
            if count > 1:
                found.append((min(similar, 1), count, product, similar))
        return max(found)[1:4:2] if found else None

    def likeness(self) -> dict[str, float | None]:
        """Return how much each customer is like the recent buyers."""
        points, buyers = {}, set()
        for customer in self.reference.customers():
            features = self.reference.features(customer)
            if features["sessions_30_days"] > 0:
                points[customer] = [math.log(1 + features[name]) for name in COMPARED]
                if features.get("recency_days", 99) <= 30:
                    buyers.add(customer)
        if not buyers or len(buyers) == len(points):
            return dict.fromkeys(points)
        frame = pd.DataFrame(points).T
        scaled = (frame - frame.mean()) / frame.std(ddof=0)
        towards = scaled.loc[sorted(buyers)].mean() - scaled.drop(index=buyers).mean()
        middle = (scaled.loc[sorted(buyers)].mean() + scaled.drop(index=buyers).mean()) / 2
        return (2 * ((scaled - middle) * towards).sum(axis=1) / (towards**2).sum()).to_dict()
