"""The features again, by plain loops over plain rows: slow, and hard to get wrong."""

import math
from collections import Counter, defaultdict

import pandas as pd

from tests.warehouse.feature_shop import GAP, Shop, sessionized, sessions_of

WINDOWS = (1, 7, 30, 90)
DAY = pd.Timedelta(days=1)
COUNTED = {
    "page_views": "page",
    "product_views": "Product Viewed",
    "cart_adds": "Product Added",
    "searches": "Products Searched",
    "promotion_views": "Promotion Viewed",
    "promotion_clicks": "Promotion Clicked",
}
TOTALS = {
    "form_starts": "Form Started",
    "form_submits": "Form Submitted",
    "video_starts": "Video Playback Started",
    "video_completions": "Video Playback Completed",
    "list_filters": "Product List Filtered",
}


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def ratio(above: float, below: float) -> float | None:
    return above / below if below else None


def rows(frame: pd.DataFrame) -> list[dict]:
    clean = frame.astype(object).where(frame.notna(), None)
    return clean.to_dict("records")


def whole_days(earlier: pd.Timestamp, later: pd.Timestamp) -> int:
    return (later - earlier) // DAY


class Reference:
    """The features of every customer of a shop at one moment."""

    def __init__(self, shop: Shop, as_of: pd.Timestamp) -> None:
        self.as_of = as_of
        owner = dict(shop.visitors.itertuples(index=False, name=None))
        happened = shop.until(as_of)
        self.events = defaultdict(list)
        self.bots, self.people = set(), set()
        self.first_seen = {}
        for event in rows(happened.events.sort_values(["timestamp", "message_id"])):
            customer = owner[event["visitor_id"]]
            self._see(customer, event["timestamp"])
            (self.bots if event["is_bot"] else self.people).add(customer)
            if not event["is_bot"]:
                self.events[customer].append(event)
        self.orders, self.lines, self.refunds = (defaultdict(list) for _ in range(3))
        for order in rows(happened.orders.sort_values("ordered_at")):
            self.orders[order["customer_id"]].append(order)
            self._see(order["customer_id"], order["ordered_at"])
        for line in rows(happened.lines):
            self.lines[line["customer_id"]].append(line)
        for refund in rows(happened.refunds):
            self.refunds[refund["customer_id"]].append(refund)
        self.refunded = Counter()
        for refund in rows(happened.refunds):
            self.refunded[refund["source"], refund["order_id"]] += refund["amount"]
        self.known = set(happened.identifiers["customer_id"])
        for row in rows(happened.identifiers):
            self._see(row["customer_id"], row["first_seen_at"])
        self.traits = defaultdict(list)
        for trait in rows(happened.traits.sort_values("observed_at")):
            self.traits[trait["customer_id"]].append(trait)
        self.sessions = defaultdict(list)
        events = sessionized(happened.events)
        self.session_ids = dict(zip(events["message_id"], events["session_id"], strict=True))
        ordered = sessions_of(events, pd.Series(owner))
        for session in rows(ordered.sort_values("started_at")):
            if not session["is_bot"]:
                self.sessions[session["customer_id"]].append(session)
        self.described = self._described()
        self.category_prices = self._category_prices()
        self.scores = self._scores()

    def _see(self, customer: str, moment: pd.Timestamp) -> None:
        self.first_seen[customer] = min(self.first_seen.get(customer, moment), moment)

    def customers(self) -> list[str]:
        robots = self.bots - self.people - set(self.orders) - self.known
        return sorted(set(self.first_seen) - robots)

    def features(self, customer: str) -> dict[str, object]:
        return {
            **self._profile(customer),
            **self._visits(customer),
            **self._activity(customer),
            **self._purchases(customer),
            **self._prices(customer),
            **self._cart(customer),
            **self._preferences(customer),
            **self.scores.get(customer, {"is_top_decile": False}),
        }

    def in_window(self, moment: pd.Timestamp, days: int) -> bool:
        return moment >= self.as_of.normalize() - days * DAY

    def _profile(self, customer: str) -> dict[str, object]:
        last = {}
        for trait in self.traits[customer]:
            last |= {name: value for name, value in trait.items() if value is not None}
        sessions = [s for s in self.sessions[customer] if s["ended_at"] + GAP <= self.as_of]
        session = sessions[-1] if sessions else {}
        invoices = {}
        for order in self.orders[customer]:
            invoices = order if order["source"] == "online_retail" else invoices
        age = last.get("age")
        if "birthday" in last:
            born = last["birthday"]
            age = (
                self.as_of.year
                - born.year
                - ((self.as_of.month, self.as_of.day) < (born.month, born.day))
            )
        return {
            "is_known": customer in self.known,
            "days_since_first_seen": whole_days(self.first_seen[customer], self.as_of),
            "age_years": age,
            "gender": last.get("gender"),
            "country": last.get("country") or session.get("country") or invoices.get("country"),
            "device_type": session.get("device_type"),
            "referrer": session.get("referrer"),
            "last_click_path": session.get("exit_path"),
        }

    def _visits(self, customer: str) -> dict[str, object]:
        sessions = self.sessions[customer]
        found = {
            f"sessions_{days}_days": sum(self.in_window(s["started_at"], days) for s in sessions)
            for days in WINDOWS
        }
        lengths = defaultdict(list)
        for session in sessions:
            if session["ended_at"] + GAP <= self.as_of and self.in_window(
                session["started_at"], 90
            ):
                minutes = (session["ended_at"] - session["started_at"]) / pd.Timedelta(minutes=1)
                lengths[self.in_window(session["started_at"], 30)].append(minutes)
        recent, earlier = mean(lengths[True]), mean(lengths[False])
        hours = Counter(session["started_at"].hour for session in sessions)
        return {
            **found,
            "days_since_last_visit": (
                whole_days(max(s["ended_at"] for s in sessions), self.as_of) if sessions else None
            ),
            "session_minutes": mean(lengths[True] + lengths[False]),
            "session_minutes_trend": (
                None if recent is None or earlier is None else recent - earlier
            ),
            "favourite_hour": min(hours, key=lambda hour: (-hours[hour], hour)) if hours else None,
        }

    def _activity(self, customer: str) -> dict[str, object]:
        events = self.events[customer]
        found = {
            f"{name}_{days}_days": sum(
                event["event"] == wanted and self.in_window(event["timestamp"], days)
                for event in events
            )
            for name, wanted in COUNTED.items()
            for days in WINDOWS
        }
        engaged = [event for event in events if event["event"] == "Page Engaged"]
        visits = self._visits(customer)
        cart_days = {
            (self.session_ids[event["message_id"]], event["timestamp"].date())
            for event in events
            if event["event"] == "Product Added" and self.in_window(event["timestamp"], 90)
        }
        bought = sum(self.in_window(order["ordered_at"], 90) for order in self.orders[customer])
        return {
            **found,
            **{name: sum(e["event"] == event for e in events) for name, event in TOTALS.items()},
            "dwell_seconds_per_page": mean(
                [e["dwell_seconds"] for e in engaged if e["dwell_seconds"] is not None]
            ),
            "scroll_depth_share": mean([e["scroll_depth_share"] for e in engaged]),
            "views_per_session": ratio(found["product_views_90_days"], visits["sessions_90_days"]),
            "cart_to_order_rate": min(1, bought / len(cart_days)) if cart_days else None,
            "add_to_cart_rate": ratio(found["cart_adds_90_days"], found["product_views_90_days"]),
            "promotion_click_rate": ratio(
                found["promotion_clicks_90_days"], found["promotion_views_90_days"]
            ),
        }

    def _purchases(self, customer: str) -> dict[str, object]:
        orders = self.orders[customer]
        times = [order["ordered_at"] for order in orders]
        revenue = sum(order["revenue"] for order in orders)
        gaps = [(later - earlier) / DAY for earlier, later in zip(times, times[1:], strict=False)]
        average = mean(gaps)
        variation = None
        if len(gaps) >= 2 and average:
            spread = math.sqrt(sum((gap - average) ** 2 for gap in gaps) / (len(gaps) - 1))
            variation = spread / average
        quarters = Counter(moment.quarter for moment in times)
        first = whole_days(times[0], self.as_of) if times else None
        return {
            **{
                f"orders_{days}_days": sum(self.in_window(moment, days) for moment in times)
                for days in WINDOWS
            },
            "orders": len(orders),
            "revenue": revenue,
            "refunded": sum(refund["amount"] for refund in self.refunds[customer]) if orders else 0,
            "average_order_value": ratio(revenue, len(orders)),
            "days_since_last_purchase": whole_days(times[-1], self.as_of) if times else None,
            "days_since_first_purchase": first,
            "orders_per_30_days": len(orders) * 30 / max(first, 30) if times else None,
            "purchase_interval_days": average,
            "purchase_interval_variation": variation,
            "busiest_quarter_share": max(quarters.values()) / len(orders) if orders else None,
        }

    def _category_prices(self) -> dict[str, float]:
        paid, pieces = Counter(), Counter()
        for lines in self.lines.values():
            for line in lines:
                if line["is_goods"] and line["category"] is not None:
                    paid[line["category"]] += line["price"] * line["quantity"]
                    pieces[line["category"]] += line["quantity"]
        return {category: paid[category] / pieces[category] for category in paid}

    def _prices(self, customer: str) -> dict[str, object]:
        goods = [line for line in self.lines[customer] if line["is_goods"]]
        sorted_ = [line for line in goods if line["category"] is not None]
        usual = sum(self.category_prices[line["category"]] * line["quantity"] for line in sorted_)
        known = [line for line in goods if line["list_price"] is not None]
        return {
            "price_level": ratio(sum(line["price"] * line["quantity"] for line in sorted_), usual),
            "discounted_share": ratio(
                sum(line["quantity"] for line in known if line["price"] < line["list_price"]),
                sum(line["quantity"] for line in known),
            ),
        }

    def open_cart(self, customer: str) -> dict[str, float]:
        """Return the pieces of each product in the cart."""
        pieces, _, _ = self._cart_contents(customer)
        return {product: count for product, count in pieces.items() if count > 0}

    def _cart(self, customer: str) -> dict[str, object]:
        pieces, prices, last = self._cart_contents(customer)
        full = {product: count for product, count in pieces.items() if count > 0}
        idle = (self.as_of - last) / pd.Timedelta(minutes=1) if full else None
        return {
            "open_cart_items": sum(full.values()),
            "open_cart_value": sum(
                count * prices.get(product, 0) for product, count in full.items()
            ),
            "open_cart_idle_minutes": idle,
        }

    def _cart_contents(self, customer: str) -> tuple[Counter, dict, pd.Timestamp | None]:
        orders = self.orders[customer]
        since = orders[-1]["ordered_at"] if orders else pd.Timestamp.min
        pieces, prices, last = Counter(), {}, None
        for event in self.events[customer]:
            is_change = event["event"] in {"Product Added", "Product Removed"}
            if event["timestamp"] <= since or (is_change and event["product_id"] is None):
                continue
            quantity = event["quantity"] if (event["quantity"] or 0) > 0 else 1
            if event["event"] == "Product Added":
                pieces[event["product_id"]] += quantity
                if event["price"] is not None:
                    prices[event["product_id"]] = event["price"]
            if event["event"] == "Product Removed":
                pieces[event["product_id"]] -= quantity
            if event["event"] in {
                "Product Added",
                "Product Removed",
                "Cart Viewed",
                "Checkout Started",
            }:
                last = event["timestamp"]
        if last is not None and self.as_of - last > pd.Timedelta(days=14):
            return Counter(), {}, None
        return pieces, prices, last

    def _described(self) -> dict[str, dict[str, str]]:
        seen = []
        for events in self.events.values():
            for event in events:
                if event["event"] in {"Product Viewed", "Product Added"} and event["product_id"]:
                    seen.append((event["timestamp"], event))
        for lines in self.lines.values():
            seen += [(line["ordered_at"], line) for line in lines if line["is_goods"]]
        found = defaultdict(dict)
        for _, row in sorted(seen, key=lambda pair: pair[0]):
            for level in ("category", "brand"):
                if row[level] is not None:
                    found[row["product_id"]][level] = row[level]
        return found

    def interactions(self, customer: str) -> dict[str, tuple[int, float]]:
        """Return plain and decayed score by product."""
        plain, decayed = Counter(), Counter()
        acted = [
            (
                event["product_id"],
                event["timestamp"],
                {"Product Viewed": 1, "Product Added": 3}[event["event"]],
            )
            for event in self.events[customer]
            if event["event"] in {"Product Viewed", "Product Added"} and event["product_id"]
        ] + [
            (line["product_id"], line["ordered_at"], 5)
            for line in self.lines[customer]
            if line["is_goods"]
        ]
        for product, moment, score in acted:
            age = (self.as_of.normalize() - moment.normalize()).days
            plain[product] += score
            decayed[product] += score * 0.5 ** (age / 30)
        return {product: (plain[product], decayed[product]) for product in plain}

    def _preferences(self, customer: str) -> dict[str, object]:
        found = {}
        for level in ("category", "brand"):
            weights = Counter()
            for product, (_, weight) in self.interactions(customer).items():
                if level in self.described[product]:
                    weights[self.described[product][level]] += weight
            best = (
                min(weights, key=lambda name: (-round(weights[name], 12), name))
                if weights
                else None
            )
            found[f"favourite_{level}"] = best
            found[f"favourite_{level}_share"] = (
                weights[best] / sum(weights.values()) if weights else None
            )
        viewed = {
            self.described[event["product_id"]].get("category")
            for event in self.events[customer]
            if event["event"] == "Product Viewed" and event["product_id"]
        }
        return {**found, "categories_viewed": len(viewed - {None})}

    def _scores(self) -> dict[str, dict[str, object]]:
        kept = {}
        for customer, orders in self.orders.items():
            still = [
                order["ordered_at"]
                for order in orders
                if not (
                    self.refunded[order["source"], order["order_id"]] > 0
                    and self.refunded[order["source"], order["order_id"]] >= order["revenue"] - 1e-9
                )
            ]
            if still:
                paid = sum(order["revenue"] for order in orders)
                given_back = sum(refund["amount"] for refund in self.refunds[customer])
                kept[customer] = (
                    whole_days(max(still), self.as_of),
                    len(still),
                    round(paid - given_back, 6),
                )

        def share_worse(values: dict[str, tuple], customer: str) -> float:
            worse = sum(value < values[customer] for value in values.values())
            return worse / (len(values) - 1) if len(values) > 1 else 0

        measures = {
            "r_score": {customer: (-found[0],) for customer, found in kept.items()},
            "f_score": {customer: (found[1],) for customer, found in kept.items()},
            "m_score": {customer: (found[2],) for customer, found in kept.items()},
        }
        scores = {}
        for customer, found in kept.items():
            scores[customer] = dict(
                zip(("recency_days", "frequency", "monetary"), found, strict=True)
            )
            for name, values in measures.items():
                scores[customer][name] = min(5, 1 + math.floor(5 * share_worse(values, customer)))
            scores[customer]["rfm_score"] = sum(scores[customer][name] for name in measures)
        ranks = {c: (found["rfm_score"], found["monetary"]) for c, found in scores.items()}
        for customer in scores:
            scores[customer]["is_top_decile"] = share_worse(ranks, customer) >= 0.9
        return scores
