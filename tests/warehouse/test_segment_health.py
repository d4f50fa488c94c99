"""Health of segments: every figure against the same figure worked out in pandas."""

import itertools

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.warehouse.feature_home import FeatureHome

DAY = pd.Timedelta(days=1)
NOW = pd.Timestamp("2026-04-15 08:30:00")
MOMENTS = [NOW - 7 * DAY, NOW - DAY, NOW]
COUNT = 900
# share of customers who are members: at each moment some leave and some enter
SEGMENTS = {"buyers": 0.4, "twins": 0.4, "nested": 0.3, "tiny": 0.01, "drifting": 0.3, "empty": 0}
MODELS = ["fct_segment_health", "fct_segment_overlaps", "dim_segment_proposals"]


def customers(chance: np.random.Generator) -> pd.DataFrame:
    spend = np.where(chance.random(COUNT) < 0.5, 20, 2000) * chance.uniform(0.8, 1.2, COUNT)
    spend[: COUNT // 3] = 0
    return pd.DataFrame(
        {
            "customer_id": [f"c{number:03d}" for number in range(COUNT)],
            "is_known": chance.random(COUNT) < 0.6,
            "orders_30_days": np.where(spend > 0, chance.integers(0, 3, COUNT), 0),
            "sessions_30_days": chance.integers(0, 9, COUNT),
            "revenue": spend.round(2),
            # a few were not yet there a week ago
            "first_seen_at": NOW - np.where(chance.random(COUNT) < 0.1, 3, 60) * DAY,
        }
    )


def memberships(chance: np.random.Generator, people: pd.DataFrame) -> dict:
    """Draw who is a member of what at each moment; ``twins`` are nearly all ``buyers``."""
    drawn = {}
    for segment, share in SEGMENTS.items():
        is_member = chance.random(COUNT) < share
        for moment in MOMENTS:
            if segment == "drifting" or moment == MOMENTS[1]:
                is_member = np.where(
                    chance.random(COUNT) < 0.1, chance.random(COUNT) < share, is_member
                )
            if segment == "drifting" and moment == NOW:
                is_member = chance.random(COUNT) < share
            drawn[segment, moment] = set(people.loc[is_member, "customer_id"])
    for moment in MOMENTS:
        buyers = sorted(drawn["buyers", moment])
        drawn["twins", moment] = set(buyers) - set(buyers[::17])
        drawn["nested", moment] &= drawn["buyers", moment]
    return drawn


class Shop:
    """Rows drawn once, and the tables that the health of a moment is read from."""

    def __init__(self, home: FeatureHome) -> None:
        chance = np.random.default_rng(11)
        self.home = home
        self.people = customers(chance)
        self.members = memberships(chance, self.people)
        ids = self.people["customer_id"].to_numpy()
        times = NOW - pd.to_timedelta(chance.uniform(-2, 20, 2500), unit="D")
        self.orders = pd.DataFrame(
            {
                "order_id": [str(n) for n in range(2500)],
                "customer_id": chance.choice(ids, 2500),
                "ordered_at": times.floor("s"),
                "revenue": chance.integers(100, 9000, 2500) / 100,
            }
        )
        ends = NOW - pd.to_timedelta(chance.uniform(-2, 20, 5000), unit="D")
        self.sessions = pd.DataFrame(
            {
                "session_id": [str(n) for n in range(5000)],
                "customer_id": chance.choice(ids, 5000),
                "ended_at": ends.floor("s"),
                "is_bot": chance.random(5000) < 0.1,
                "engaged_seconds": np.where(
                    chance.random(5000) < 0.5, 0, chance.integers(1, 500, 5000)
                ),
                "promotion_views": chance.integers(0, 4, 5000),
                "promotion_clicks": chance.integers(0, 2, 5000),
            }
        )
        self.orders.loc[0, "ordered_at"] = NOW  # the window holds its end, not its beginning
        self.orders.loc[1, "ordered_at"] = NOW - 7 * DAY
        self.sessions.loc[0, "ended_at"] = NOW
        self.sessions.loc[1, "ended_at"] = NOW - 7 * DAY

    def evaluate(self, moment: pd.Timestamp) -> None:
        past = [at for at in MOMENTS if at <= moment]
        members = [
            {
                "customer_id": c,
                "segment": s,
                "entered_at": moment,
                "as_of": moment,
                "source": "rule",
            }
            for s in SEGMENTS
            for c in sorted(self.members[s, moment])
        ]
        sizes = [
            {
                "segment": s,
                "as_of": at,
                "size": len(self.members[s, at]),
                "share": len(self.members[s, at]) / COUNT,
            }
            for s, at in itertools.product(SEGMENTS, past)
        ]
        segments = [
            {
                "segment": s,
                "parent": "buyers" if s == "nested" else "tiny" if s == "drifting" else None,
                "min_size": 50,
                "status": "active",
                "review_date": pd.Timestamp("2026-04-20") if s == "buyers" else None,
                "is_trigger": False,
            }
            for s in SEGMENTS
        ]
        tables = {
            "features.ftr_customers": self.people.assign(as_of=moment),
            "segments.fct_segment_members": pd.DataFrame(members),
            "segments.fct_segment_sizes": pd.DataFrame(sizes),
            "segments.fct_segment_history": self.stays(past),
            "segments.dim_segments": pd.DataFrame(segments),
        }
        with duckdb.connect(str(self.home.warehouse)) as connection:
            connection.execute("create schema if not exists features")
            connection.execute("create schema if not exists segments")
            for table, rows in tables.items():
                connection.register("given", rows)
                connection.execute(f"create or replace table {table} as select * from given")
        self.home.replace(
            {
                "intermediate.int_moments_evaluated": pd.DataFrame(
                    {"as_of": [moment], "known_at": [moment]}
                )
            }
        )
        self.home.run(MODELS)

    def stays(self, past: list[pd.Timestamp]) -> pd.DataFrame:
        rows = []
        for segment, customer in itertools.product(SEGMENTS, self.people["customer_id"]):
            since = None
            for at in past:
                is_member = customer in self.members[segment, at]
                if is_member and since is None:
                    since = at
                if not is_member and since is not None:
                    rows.append((customer, segment, since, at))
                    since = None
            if since is not None:
                rows.append((customer, segment, since, None))
        names = ["customer_id", "segment", "valid_from", "valid_to"]
        found = pd.DataFrame(rows, columns=names).assign(known_to=pd.NaT)
        # what is believed no longer counts for nothing
        wrong = found.head(50).assign(valid_from=past[0], known_to=NOW)
        return pd.concat([found, wrong]).astype(
            {"valid_to": "datetime64[us]", "known_to": "datetime64[us]"}
        )

    def within(self, rows: pd.DataFrame, column: str, after: pd.Timestamp) -> pd.DataFrame:
        return rows[(rows[column] > after) & (rows[column] <= NOW)]


@pytest.fixture(scope="module")
def shop(tmp_path_factory, manifest) -> Shop:
    home = FeatureHome(tmp_path_factory.mktemp("health"), manifest)
    made = Shop(home)
    home.fill(
        {
            "marts.dim_customers": made.people[["customer_id", "first_seen_at"]],
            "marts.fct_orders": made.orders.assign(source="shop"),
            "marts.fct_sessions": made.sessions,
        }
    )
    for moment in MOMENTS:
        made.evaluate(moment)
    return made


@pytest.fixture(scope="module")
def health(shop) -> pd.DataFrame:
    found = shop.home.table("segments.fct_segment_health", "as_of", "segment")
    return found[found["as_of"] == NOW].set_index("segment")


def measures(shop: Shop, group: set[str]) -> dict[str, float]:
    people = shop.people[shop.people["customer_id"].isin(group)]
    orders = shop.within(shop.orders, "ordered_at", NOW - 7 * DAY)
    orders = orders[orders["customer_id"].isin(group)]
    sessions = shop.within(shop.sessions, "ended_at", NOW - 7 * DAY)
    sessions = sessions[sessions["customer_id"].isin(group) & ~sessions["is_bot"]]
    timed = sessions["engaged_seconds"] > 0
    return {
        "anonymous_share": 1 - people["is_known"].mean(),
        "conversion_share": orders["customer_id"].nunique() / len(people),
        "average_order_value": orders["revenue"].sum() / len(orders),
        "click_through_share": sessions["promotion_clicks"].sum()
        / sessions["promotion_views"].sum(),
        "dwell_seconds": sessions["engaged_seconds"].sum() / timed.sum(),
        "visits_per_member": len(sessions) / len(people),
        "orders_per_member": people["orders_30_days"].mean(),
    }


@pytest.mark.parametrize("segment", ["buyers", "twins", "nested", "drifting"])
def test_what_members_and_all_customers_do_is_what_their_rows_say(shop, health, segment):
    members = measures(shop, shop.members[segment, NOW])
    everybody = measures(shop, set(shop.people["customer_id"]))
    for name, value in members.items():
        assert health.loc[segment, name] == pytest.approx(value), name
        assert health.loc[segment, f"{name}_of_all"] == pytest.approx(everybody[name]), name


@pytest.mark.parametrize("segment", sorted(set(SEGMENTS) - {"empty"}))
def test_who_came_went_and_stayed_is_what_the_memberships_say(shop, health, segment):
    row = health.loc[segment]
    now, before, week_ago = (shop.members[segment, at] for at in (NOW, MOMENTS[1], MOMENTS[0]))
    assert (row["previous_as_of"], row["week_ago_as_of"]) == (MOMENTS[1], MOMENTS[0])
    assert row["size"] == len(now)
    assert (row["members_entered"], row["members_left"]) == (len(now - before), len(before - now))
    assert row["size"] == len(before) + row["members_entered"] - row["members_left"]
    assert row["churn_share"] == pytest.approx(len(before - now) / len(before))
    assert row["size_change_share"] == pytest.approx(len(now) / len(week_ago) - 1)
    assert row["stability_share"] == pytest.approx(len(now & week_ago) / len(now | week_ago))


@pytest.mark.parametrize("segment", ["buyers", "nested", "drifting"])
def test_lift_follows_the_members_of_a_week_ago(shop, health, segment):
    row, followed = health.loc[segment], shop.members[segment, MOMENTS[0]]
    there = shop.people[shop.people["first_seen_at"] <= MOMENTS[0]]
    since = shop.within(shop.orders, "ordered_at", MOMENTS[0])
    own = since[since["customer_id"].isin(followed)]
    others = since[since["customer_id"].isin(there["customer_id"])]
    share, base = (
        own["customer_id"].nunique() / len(followed),
        others["customer_id"].nunique() / len(there),
    )
    assert row["followed_members"] == len(followed)
    assert row["conversion_lift"] == pytest.approx(share / base)
    assert row["conversion_lift_errors"] == pytest.approx(
        (share - base) / np.sqrt(base * (1 - base) / len(followed))
    )
    assert row["revenue_lift"] == pytest.approx(
        (own["revenue"].sum() / len(followed)) / (others["revenue"].sum() / len(there))
    )


def test_limits_are_judged(health):
    assert health["is_too_small"].to_dict() == {s: s in ("tiny", "empty") for s in SEGMENTS}
    assert health["is_larger_than_parent"].to_dict() == {s: s == "drifting" for s in SEGMENTS}
    assert health.loc["buyers", "days_to_review"] == 5
    assert health["days_to_review"].isna().sum() == len(SEGMENTS) - 1
    assert health["has_drifted"].to_dict() == {s: s == "drifting" for s in SEGMENTS}


def test_a_limit_is_crossed_once(shop):
    found = shop.home.table("segments.fct_segment_health", "as_of", "segment")
    crossed = found[found["crossings"] != ""][["segment", "as_of", "crossings"]]
    assert ("drifting", NOW, "members") in list(crossed.itertuples(index=False, name=None))
    assert (found.loc[found["as_of"] == MOMENTS[0], "crossings"] == "").all()
    shop.evaluate(NOW)  # the same moment again says the same
    again = shop.home.table("segments.fct_segment_health", "as_of", "segment")
    pd.testing.assert_frame_equal(again, found)


def test_an_empty_segment_has_a_row_without_figures(health):
    row = health.loc["empty"]
    assert (row["size"], row["members_entered"]) == (0, 0)
    assert row[["conversion_share", "visits_per_member", "stability_share"]].isna().all()


def welch(first: pd.Series, second: pd.Series) -> float:
    errors = first.var() / len(first) + second.var() / len(second)
    return abs(first.mean() - second.mean()) / np.sqrt(errors)


def test_overlaps_are_those_of_the_sets_of_members(shop):
    found = shop.home.read(f"select * from segments.fct_segment_overlaps where as_of = '{NOW}'")
    pairs = {(row.segment_a, row.segment_b): row for row in found.itertuples()}
    for a, b in itertools.combinations(sorted(SEGMENTS), 2):
        first, second = shop.members[a, NOW], shop.members[b, NOW]
        if not first & second:
            assert (a, b) not in pairs
            continue
        row, both, one = pairs[a, b], first & second, first ^ second
        assert (row.size_a, row.size_b, row.intersection) == (len(first), len(second), len(both))
        assert row.jaccard == pytest.approx(len(both) / len(first | second))
        assert row.share_of_smaller == pytest.approx(len(both) / min(len(first), len(second)))
        if min(len(both), len(one)) < 5:
            continue
        people = shop.people.set_index("customer_id")
        inside, outside = people.loc[sorted(both)], people.loc[sorted(one)]
        for column, measured in (
            ("converted_difference", lambda p: (p["orders_30_days"] > 0).astype(int)),
            ("spend_difference", lambda p: np.floor(p["revenue"] + 0.5)),
            ("visits_difference", lambda p: p["sessions_30_days"]),
        ):
            wanted = welch(measured(inside), measured(outside))
            assert getattr(row, column) == pytest.approx(wanted), column


def test_spend_with_two_peaks_is_told_from_spend_with_one(shop, health):
    assert health.loc["buyers", "spend_bimodality"] > 0.9  # of two points it is 1
    chance = np.random.default_rng(2)
    one_peak = coefficient(shop, np.exp(chance.normal(4, 1, 20_000)))
    assert one_peak == pytest.approx(1 / 3, abs=0.02)  # of a normal distribution
    assert coefficient(shop, chance.choice([20.0, 21.0], 500)) is None  # they hardly differ
    assert coefficient(shop, np.full(500, 20.0)) is None


def coefficient(shop: Shop, spend: np.ndarray) -> float | None:
    powers = [np.mean(np.round(20 * np.log1p(spend)) ** power) for power in range(1, 5)]
    with duckdb.connect() as connection:
        values = dict(zip("abcd", powers, strict=True))
        return connection.execute(sarle(shop), values).fetchone()[0]


def sarle(shop: Shop) -> str:
    """Return the SQL of the coefficient, as the model has it, of four parameters."""
    (path,) = (shop.home.home / "target" / "compiled").rglob("fct_segment_health.sql")
    text = path.read_text()
    start = text.index("measured.buyers,") + len("measured.buyers,")
    expression = text[start : text.index("as spend_bimodality")]
    for power, name in enumerate("abcd", 1):
        expression = expression.replace(f"measured.log_spend_{power}", f"${name}")
    return f"select {expression}"


def test_twins_are_to_be_merged_and_two_peaks_to_be_split(shop):
    found = shop.home.rows(
        "select proposal, segment, other_segment from segments.dim_segment_proposals order by all"
    )
    assert ("merge", "buyers", "twins") in found
    assert ("split", "buyers", None) in found
    assert not any("empty" in row or "tiny" in row for row in found)


@pytest.mark.parametrize("was_reached", [True, False])
def test_a_limit_nearly_reached_is_crossed_by_nobody(shop, was_reached):
    held = shop.people
    member = held["customer_id"].isin(shop.members["buyers", NOW])
    ordered = member.cumsum() % 15 < 7  # 7/15 orders each, the limit being 0.5
    shop.people = held.assign(orders_30_days=ordered.where(member, 0).astype(int))
    with duckdb.connect(str(shop.home.warehouse)) as connection:
        connection.execute(
            "update segments.fct_segment_health set buys_often = ? where as_of = ?",
            [was_reached, MOMENTS[1]],
        )
    shop.evaluate(NOW)
    shop.people = held
    ((orders, buys_often, crossings),) = shop.home.rows(
        "select orders_per_member, buys_often, crossings from segments.fct_segment_health "
        f"where segment = 'buyers' and as_of = '{NOW}'"
    )
    assert 0.45 < orders < 0.5
    assert buys_often == was_reached
    assert "purchase frequency" not in crossings


def test_a_moment_evaluated_again_keeps_no_overlap_that_is_gone(shop):
    overlaps = f"select count(*) from segments.fct_segment_overlaps where as_of = '{NOW}'"
    earlier = f"select count(*) from segments.fct_segment_overlaps where as_of < '{NOW}'"
    assert shop.home.rows(overlaps) > [(0,)]
    kept = shop.home.rows(earlier)
    held = shop.members
    shop.members = {key: who if key[0] == "buyers" else set() for key, who in held.items()}
    shop.evaluate(NOW)
    shop.members = held
    assert shop.home.rows(overlaps) == [(0,)]
    assert shop.home.rows(earlier) == kept
