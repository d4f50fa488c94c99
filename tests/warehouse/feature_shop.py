"""A small random shop: what it did, as rows of the marts, and the same cut off at a moment."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

GAP = pd.Timedelta(minutes=30)
FIRST_DAY = pd.Timestamp("2026-01-01")
DAYS = 100
KNOWN_AT = pd.Timestamp("2026-06-01")
EVENTS = [
    *["page", "Product Viewed"] * 3,
    *["Product Added", "Page Engaged"] * 2,
    *["Product Removed", "Products Searched", "Promotion Viewed", "Promotion Clicked"],
    *["Cart Viewed", "Checkout Started", "Form Started", "Form Submitted"],
    *["Video Playback Started", "Product List Filtered", "identify", "Order Completed"],
]
OF_SESSIONS = ["device_type", "country", "campaign_name"]
OF_PRODUCTS = {"Product Viewed", "Product Added", "Product Removed"}


@dataclass(frozen=True)
class Shop:
    """What happened, before anything is evaluated."""

    events: pd.DataFrame
    orders: pd.DataFrame
    lines: pd.DataFrame
    refunds: pd.DataFrame
    traits: pd.DataFrame
    identifiers: pd.DataFrame
    visitors: pd.DataFrame

    def until(self, moment: pd.Timestamp) -> "Shop":
        """Return the shop as if nothing had happened after a moment."""
        return replace(
            self,
            events=self.events[self.events["timestamp"] <= moment],
            orders=self.orders[self.orders["ordered_at"] <= moment],
            lines=self.lines[self.lines["ordered_at"] <= moment],
            refunds=self.refunds[self.refunds["refunded_at"] <= moment],
            traits=self.traits[self.traits["observed_at"] <= moment],
            identifiers=self.identifiers[self.identifiers["first_seen_at"] <= moment],
        )

    def tables(self, *moments: pd.Timestamp) -> dict[str, pd.DataFrame]:
        """Return the rows of the marts, to be evaluated at these moments."""
        events = sessionized(self.events)
        customers = self.visitors.set_index("visitor_id")["customer_id"]
        seen = pd.concat(
            [
                pd.DataFrame(
                    {"customer_id": events["visitor_id"].map(customers), "at": events["timestamp"]}
                ),
                self.orders.rename(columns={"ordered_at": "at"})[["customer_id", "at"]],
                self.identifiers.rename(columns={"first_seen_at": "at"})[["customer_id", "at"]],
            ]
        )
        sessions = sessions_of(events, customers)
        return {
            "staging.stg_weather__days": weather(max(moments)),
            "intermediate.int_events_sessionized": events.drop(columns=OF_SESSIONS),
            "intermediate.int_sessions_summed": sessions[["session_id", "started_at"]],
            "intermediate.int_moments_evaluated": pd.DataFrame(
                {"as_of": list(moments), "known_at": KNOWN_AT}
            ),
            "intermediate.int_traits_observed": self.traits.assign(
                file_number=1, line=range(len(self.traits))
            ),
            "intermediate.int_customer_orders_timed": self.orders[["customer_id", "ordered_at"]],
            "intermediate.int_invoices_summed": self.orders[
                self.orders["source"] == "online_retail"
            ].rename(columns={"order_id": "invoice", "ordered_at": "invoice_at"})[
                ["customer_id", "invoice", "country", "invoice_at"]
            ],
            "marts.dim_customers": seen.groupby("customer_id", as_index=False)["at"]
            .min()
            .rename(columns={"at": "first_seen_at"}),
            "marts.dim_customer_identifiers": self.identifiers,
            "marts.dim_visitors": self.visitors,
            "marts.fct_sessions": sessions,
            "intermediate.int_orders_united": self.orders.drop(columns="country"),
            "intermediate.int_order_lines_united": self.lines,
            "intermediate.int_refunds_united": self.refunds,
        }


def weather(until: pd.Timestamp) -> pd.DataFrame:
    """Return the weather of two cities, every third and every second day wet."""
    days = pd.date_range(FIRST_DAY, until, freq="D", normalize=True)
    wet = {"paris": days.day_of_year % 3 == 0, "giverny": days.day_of_year % 2 == 0}
    return pd.concat(
        [pd.DataFrame({"city": city, "weather_date": days, "is_wet": wet[city]}) for city in wet]
    )


def sessionized(events: pd.DataFrame) -> pd.DataFrame:
    """Give each event its session: the same visitor without a silence of more than 30 minutes."""
    ordered = events.sort_values(["visitor_id", "timestamp", "message_id"]).reset_index(drop=True)
    times = ordered.groupby("visitor_id")["timestamp"]
    is_start = times.diff().isna() | (times.diff() > GAP)
    started = ordered["timestamp"].where(is_start).ffill()
    ordered["session_id"] = "s-" + ordered["visitor_id"] + started.dt.strftime("-%Y%m%d%H%M%S%f")
    return ordered.assign(source="shop", session_started_at=started, known_at=KNOWN_AT)


def sessions_of(events: pd.DataFrame, customers: pd.Series) -> pd.DataFrame:
    """Sum sessions up as the marts do."""
    rows = []
    for session_id, group in events.groupby("session_id"):
        first = group.iloc[0]
        pages = group.loc[group["type"] == "page", "page_path"].tolist()
        rows.append(
            {
                "session_id": session_id,
                "visitor_id": first["visitor_id"],
                "customer_id": customers[first["visitor_id"]],
                "started_at": group["timestamp"].min(),
                "ended_at": group["timestamp"].max(),
                "device_type": first["device_type"],
                "country": first["country"],
                "city": ["Paris", "Giverny", None][int(first["message_id"][1:]) % 3],
                "campaign_name": first["campaign_name"],
                "locale": "en-GB",
                "referrer": first["page_path"],
                "exit_path": " > ".join(pages[-5:]) or None,
                "is_bot": bool(first["is_bot"]),
            }
        )
    return pd.DataFrame(rows)


def random_shop(seed: int, customers: int = 30, visitors: int = 40) -> Shop:
    """Draw a shop in which every rule of the features has something to decide."""
    chance = np.random.default_rng(seed)
    owner = {
        f"v{number}": f"c{number if number < customers else int(chance.integers(customers))}"
        for number in range(visitors)
    }
    events = _events(chance, list(owner))
    orders, lines = _orders(chance, events, owner)
    known = [f"c{number}" for number in range(0, customers, 2)]
    return Shop(
        events=events,
        orders=orders,
        lines=lines,
        refunds=_refunds(chance, orders, known),
        traits=_traits(chance, known),
        identifiers=pd.DataFrame(
            {
                "customer_id": known,
                "identifier_type": "user_id",
                "first_seen_at": [_moment(chance) for _ in known],
            }
        ),
        visitors=pd.DataFrame({"visitor_id": list(owner), "customer_id": list(owner.values())}),
    )


def _moment(chance: np.random.Generator) -> pd.Timestamp:
    return FIRST_DAY + pd.Timedelta(seconds=int(chance.integers(DAYS * 86400)))


def _events(chance: np.random.Generator, visitors: list[str]) -> pd.DataFrame:
    rows = []
    for visitor in visitors:
        for _ in range(int(chance.integers(1, 12))):
            moment = _moment(chance)
            for _ in range(int(chance.integers(1, 14))):
                moment += pd.Timedelta(seconds=int(chance.integers(1, 1500)))
                rows.append(_event(chance, visitor, moment, len(rows)))
    return pd.DataFrame(rows)


def _event(
    chance: np.random.Generator, visitor: str, moment: pd.Timestamp, number: int
) -> dict[str, object]:
    event = str(chance.choice(EVENTS))
    product = int(chance.integers(8)) if event in OF_PRODUCTS and chance.random() < 0.95 else None
    is_engaged = event == "Page Engaged"
    price = None if product is None or chance.random() < 0.1 else float(chance.integers(1, 50))
    # product 0 changes its category half way through
    moved = product == 0 and moment >= FIRST_DAY + pd.Timedelta(days=DAYS // 2)
    return {
        "message_id": f"m{number:05d}",
        "visitor_id": visitor,
        "type": event if event in {"page", "identify"} else "track",
        "event": event,
        "timestamp": moment,
        "is_bot": visitor in {"v1", "v3"},
        "page_path": f"/{int(chance.integers(5))}",
        "product_id": None if product is None else f"p{product}",
        "category": (
            f"a{int(chance.integers(3))}"
            if is_engaged
            else None
            if product is None
            else "Audio"
            if moved
            else f"a{product % 3}"
        ),
        "brand": None if product is None or product == 5 else f"b{product % 2}",
        "price": price,
        "list_price": None if price is None or product == 4 else price + product % 3,
        # known of some products, and it changes with time
        "margin_share": (
            None if product is None or product > 4 else 0.1 * product + 0.001 * moment.day_of_year
        ),
        "search_query": (
            f"Words {int(chance.integers(9))}" if event == "Products Searched" else None
        ),
        "quantity": [None, 1.0, 2.0, -1.0][int(chance.integers(4))],
        "dwell_seconds": float(chance.integers(100))
        if is_engaged and chance.random() < 0.9
        else None,
        "scroll_depth_share": float(chance.integers(100)) / 100 if is_engaged else None,
        "device_type": ["mobile", "desktop", None][int(chance.integers(3))],
        "country": ["DE", "FR"][int(chance.integers(2))],
        "campaign_name": ["news", None][int(chance.integers(2))],
    }


def _orders(
    chance: np.random.Generator, events: pd.DataFrame, owner: dict[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    orders, lines = [], []
    people = events.loc[~events["is_bot"]]
    for number in range(70):
        event = people.iloc[int(chance.integers(len(people)))]
        ordered_at = event["timestamp"] + pd.Timedelta(seconds=int(chance.integers(-60, 60)))
        key = {
            "order_id": f"o{number // 2}",  # two sources may use the same number
            "source": ["shop", "online_retail"][number % 2],
            "customer_id": owner[event["visitor_id"]],
            "ordered_at": ordered_at,
        }
        revenue = float(chance.integers(0, 4)) * 10.1
        orders.append({**key, "revenue": revenue, "country": ["ES", "PT"][number % 3 % 2]})
        for line in range(int(chance.integers(0, 4))):
            product = int(chance.integers(8))
            price = float(chance.integers(1, 40))
            lines.append(
                {
                    **key,
                    "line_number": line,
                    "product_id": f"p{product}" if product < 7 else "POST",
                    "category": f"a{product % 3}" if product < 6 else None,
                    "brand": f"b{product % 2}" if product < 6 else None,
                    "quantity": float(chance.integers(1, 4)),
                    "price": price,
                    "list_price": None if product == 4 else price + float(chance.integers(0, 2)),
                    "is_goods": product < 7,
                }
            )
    return pd.DataFrame(orders), pd.DataFrame(lines)


def _refunds(chance: np.random.Generator, orders: pd.DataFrame, known: list[str]) -> pd.DataFrame:
    rows = []
    for number in range(30):
        order = orders.iloc[int(chance.integers(len(orders)))]
        share = [1.0, 0.5, 0.25][int(chance.integers(3))]
        rows.append(
            {
                "refund_id": f"r{number}",
                "order_id": [order["order_id"], order["order_id"], "unknown", None][number % 4],
                "source": order["source"],
                "customer_id": order["customer_id"],
                "refunded_at": order["ordered_at"] + pd.Timedelta(days=int(chance.integers(1, 20))),
                "amount": round(order["revenue"] * share, 2),
            }
        )
    return pd.DataFrame(rows)


def _traits(chance: np.random.Generator, known: list[str]) -> pd.DataFrame:
    rows = [
        {
            "customer_id": customer,
            "observed_at": _moment(chance),
            "birthday": [None, pd.Timestamp("1980-02-28").date()][int(chance.integers(2))],
            "age": int(chance.integers(18, 80)),
            "gender": [None, "f", "m"][int(chance.integers(3))],
            "country": [None, "IT"][int(chance.integers(2))],
            "city": None,
            "locale": None,
            "preferred_channel": "email",
        }
        for customer in known
        for _ in range(2)
    ]
    return pd.DataFrame(rows)
