"""The history of stays, in valid time and in known time."""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.conftest import PROJECT
from tests.warehouse.feature_home import FeatureHome

START = pd.Timestamp("2026-01-01")
DAY = pd.Timedelta(days=1)
CUSTOMERS = ("ann", "bob", "cem", "dua")
SEGMENTS = ("loyal", "lapsed")
KEYS = "customer_id, segment, valid_from, known_from"
QUERIES = PROJECT / "docs" / "queries"
# The documented query: its own three values become parameters.
AT_MOMENT = (QUERIES / "members_on_a_day.sql").read_text()
for value, parameter in (
    ("'lapsed_customers'", "$segment"),
    ("timestamp '2026-03-01 00:00:00'", "$moment::timestamp"),
    ("timestamp '2026-03-05 00:00:00'", "$known::timestamp"),
):
    assert AT_MOMENT.startswith("with")  # as an argument, a comment would be read as an option
    assert value in AT_MOMENT
    AT_MOMENT = AT_MOMENT.replace(value, parameter)

Members = set[tuple[str, str]]


class History:
    """The model's own SQL, applied as dbt applies it, without starting dbt each time."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, compiled: str) -> None:
        self.connection = connection
        self.compiled = compiled
        for table in ("history", "members", "sizes"):
            connection.execute(f"delete from segments.fct_segment_{table}")
        connection.execute("delete from segments.late_memberships")

    def evaluate(
        self,
        as_of: pd.Timestamp,
        known_at: pd.Timestamp,
        members: Members,
        late: Sequence[tuple[str, str, pd.Timestamp, bool]] = (),
    ) -> int:
        """Take up who was a member at a moment, and what late events change at others.

        Returns how many rows changed.
        """
        connection = self.connection
        connection.execute("delete from intermediate.int_moments_evaluated")
        connection.execute(
            "insert into intermediate.int_moments_evaluated (as_of, known_at) values (?, ?)",
            [as_of, known_at],
        )
        connection.execute("delete from segments.fct_segment_members")
        for customer, segment in sorted(members):
            connection.execute(
                "insert into segments.fct_segment_members values (?, ?, ?, ?, 'rule')",
                [customer, segment, as_of, as_of],
            )
        connection.execute("delete from segments.fct_segment_sizes where as_of = ?", [as_of])
        for segment in SEGMENTS:
            connection.execute(
                "insert into segments.fct_segment_sizes values (?, ?, ?, 0, ?)",
                [segment, as_of, sum(found == segment for _, found in members), known_at],
            )
        for change in late:
            connection.execute(
                "insert into segments.late_memberships values (?, ?, ?, ?, ?)", [*change, known_at]
            )
        connection.execute(f"create or replace temp table found as {self.compiled}")
        connection.execute(
            "delete from segments.fct_segment_history "
            f"where ({KEYS}) in (select ({KEYS}) from found)"
        )
        connection.execute("insert into segments.fct_segment_history by name select * from found")
        return connection.execute("select count(*) from found").fetchone()[0]

    def members(self, moment: pd.Timestamp, known: pd.Timestamp) -> Members:
        return {
            (row[0], segment)
            for segment in SEGMENTS
            for row in self.connection.execute(
                AT_MOMENT, {"segment": segment, "known": known, "moment": moment}
            ).fetchall()
        }

    def stays(self, known: pd.Timestamp) -> pd.DataFrame:
        return self.connection.execute(
            "select * from segments.fct_segment_history where known_from <= $known "
            "and (known_to is null or known_to > $known) order by all",
            {"known": known},
        ).df()


@pytest.fixture(scope="module")
def home(tmp_path_factory, manifest) -> FeatureHome:
    """Build the history twice, so that dbt has written its incremental form down."""
    home = FeatureHome(tmp_path_factory.mktemp("history"), manifest)
    people = pd.DataFrame({"customer_id": CUSTOMERS, "first_seen_at": START})
    moment = pd.DataFrame({"as_of": [START], "known_at": [START]})
    home.fill({"intermediate.int_moments_evaluated": moment, "marts.dim_customers": people})
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("create schema if not exists segments")
        connection.execute(
            "create table segments.fct_segment_members (customer_id varchar, segment varchar,"
            " entered_at timestamp, as_of timestamp, source varchar)"
        )
        connection.execute(
            "create table segments.fct_segment_sizes (segment varchar, as_of timestamp,"
            " size bigint, share double, known_at timestamp)"
        )
        connection.execute("create table segments.dim_segments (segment varchar, status varchar)")
        connection.executemany(
            "insert into segments.dim_segments values (?, 'active')", [[s] for s in SEGMENTS]
        )
    home.run(["fct_segment_history"])
    home.run(["fct_segment_history"])
    return home


@pytest.fixture
def history(home):
    # dbt writes `create temp table ... as (<select>);` under run/, the bare SELECT under compiled/
    (compiled,) = (home.home / "target" / "compiled").rglob("fct_segment_history.sql")
    with duckdb.connect(str(home.warehouse)) as connection:
        yield History(connection, compiled.read_text())


def shown(history: History, known: pd.Timestamp) -> list[tuple]:
    found = history.stays(known)
    return [
        (
            row.customer_id,
            (row.valid_from - START).days,
            None if pd.isna(row.valid_to) else (row.valid_to - START).days,
        )
        for row in found.itertuples()
    ]


def test_a_stay_opens_lasts_and_closes_at_evaluated_moments(history):
    history.evaluate(START, START, {("ann", "loyal")})
    history.evaluate(START + DAY, START + DAY, {("ann", "loyal"), ("bob", "loyal")})
    history.evaluate(START + 2 * DAY, START + 2 * DAY, {("bob", "loyal")})
    assert shown(history, START + 2 * DAY) == [("ann", 0, 2), ("bob", 1, None)]
    # and before the last evaluation nobody knew that ann would leave
    assert shown(history, START + DAY) == [("ann", 0, None), ("bob", 1, None)]


def test_the_same_evaluation_again_changes_nothing(history):
    members = {("ann", "loyal"), ("bob", "lapsed")}
    assert history.evaluate(START, START, members) == 2
    before = history.stays(START + 9 * DAY)
    assert history.evaluate(START, START + DAY, members) == 0
    pd.testing.assert_frame_equal(history.stays(START + 9 * DAY), before)


def test_a_past_moment_evaluated_later_reaches_to_the_next_one_only(history):
    history.evaluate(START, START, set())
    history.evaluate(START + 10 * DAY, START + DAY, set())
    history.evaluate(START + 5 * DAY, START + 2 * DAY, {("ann", "loyal")})
    assert shown(history, START + 2 * DAY) == [("ann", 5, 10)]


def test_a_late_event_that_ends_a_stay_in_the_past_splits_it(history):
    for day in (0, 5, 10):
        history.evaluate(START + day * DAY, START + day * DAY, {("ann", "loyal")})
    assert shown(history, START + 10 * DAY) == [("ann", 0, None)]
    history.evaluate(START + 5 * DAY, START + 11 * DAY, set())
    assert shown(history, START + 11 * DAY) == [("ann", 0, 5), ("ann", 10, None)]
    history.evaluate(START + 5 * DAY, START + 12 * DAY, {("ann", "loyal")})
    assert shown(history, START + 12 * DAY) == [("ann", 0, None)]
    assert shown(history, START + 11 * DAY) == [("ann", 0, 5), ("ann", 10, None)]


def test_the_stay_of_a_merged_customer_closes_as_merged(history):
    history.evaluate(START, START, {("ann", "loyal"), ("gone", "loyal"), ("bob", "loyal")})
    history.evaluate(START + DAY, START + DAY, {("ann", "loyal")})
    ended = history.stays(START + DAY).set_index("customer_id")["ended_as"]
    assert ended["gone"] == "merged"  # `gone` is no row of dim_customers
    assert ended["bob"] == "left"
    assert pd.isna(ended["ann"])


def believed(evaluations: list[tuple], known: pd.Timestamp) -> dict[pd.Timestamp, Members]:
    """Return who was held to be a member at each evaluated moment, as known at a time."""
    found = {}
    for as_of, known_at, members in evaluations:
        if known_at <= known:
            found[as_of] = members
    return found


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_evaluations_is_remembered_as_it_was_known(history, seed):
    chance = np.random.default_rng(seed)
    pairs = [(customer, segment) for customer in CUSTOMERS for segment in SEGMENTS]
    evaluations = []
    for number in range(30):
        as_of = START + int(chance.integers(12)) * DAY  # forwards, backwards and again
        members = {pair for pair in pairs if chance.random() < 0.5}
        known_at = START + number * DAY
        history.evaluate(as_of, known_at, members)
        evaluations.append((as_of, known_at, members))
    for _, known_at, _ in evaluations:
        wanted = believed(evaluations, known_at)
        moments = sorted(wanted)
        for moment, following in zip(moments, [*moments[1:], moments[-1] + 2 * DAY], strict=True):
            assert history.members(moment, known_at) == wanted[moment]
            between = moment + (following - moment) / 2  # nothing changes between evaluations
            assert history.members(between, known_at) == wanted[moment]
        assert history.members(moments[0] - DAY, known_at) == set()
        for _, stays in history.stays(known_at).groupby(["customer_id", "segment"]):
            assert (
                stays["valid_from"].iloc[1:].to_numpy() > stays["valid_to"].iloc[:-1].to_numpy()
            ).all()
            assert (stays["valid_to"].fillna(START + 999 * DAY) > stays["valid_from"]).all()


def test_late_events_change_what_was_valid_and_not_what_was_known(history):
    for day in (0, 1, 2, 3, 4):
        history.evaluate(START + day * DAY, START + day * DAY, {("ann", "loyal")})
    late = [
        ("ann", "loyal", START + 1 * DAY, False),  # two holes in ann's stay, and one moment between
        ("ann", "loyal", START + 3 * DAY, False),
        ("bob", "loyal", START + 0 * DAY, True),  # two moments that follow each other
        ("bob", "loyal", START + 1 * DAY, True),
    ]
    now = START + 5 * DAY
    history.evaluate(now, now, {("ann", "loyal"), ("cem", "loyal")}, late)
    assert shown(history, now) == [
        ("ann", 0, 1),
        ("ann", 2, 3),
        ("ann", 4, None),
        ("bob", 0, 2),
        ("cem", 5, None),
    ]
    assert shown(history, now - DAY) == [("ann", 0, None)]


def test_sizes_of_past_moments_are_told_as_counted_then_and_as_known_now(history):
    query = (QUERIES / "sizes_then_and_now.sql").read_text().replace("lapsed_customers", "loyal")
    for day in (0, 1):
        history.evaluate(START + day * DAY, START + day * DAY, {("ann", "loyal"), ("bob", "loyal")})
    late = [("ann", "loyal", START, False), ("cem", "loyal", START + DAY, True)]
    history.evaluate(START + 2 * DAY, START + 2 * DAY, {("ann", "loyal")}, late)
    found = history.connection.execute(query).fetchall()
    assert [(row[0], row[2], row[3]) for row in found] == [
        (START, 2, 1),  # bob alone
        (START + DAY, 2, 3),  # and cem
        (START + 2 * DAY, 1, 1),
    ]
    assert [row[4:] for row in found] == [(0, 1), (1, 0), (0, 0)]  # ann lost, then cem found


def test_a_version_of_a_stay_names_the_build_and_the_rule_that_said_so(history):
    query = (QUERIES / "rules_behind_stays.sql").read_text()
    query = query.replace("lapsed_customers", "loyal").replace("'c0'", "'ann'")
    builds = pd.DataFrame(  # noqa: F841 - read by the query
        {
            "build_id": ["first", "second"],
            "as_of": [START, START + DAY],
            "rule_hashes": ['{"seg_loyal": "old"}', '{"seg_loyal": "new"}'],
            "model_versions": ["{}", "{}"],
            "built_at": [START + DAY / 24, START + DAY + DAY / 24],
        }
    )
    history.evaluate(START, START, {("ann", "loyal")})
    history.evaluate(START + DAY, START + DAY, {("ann", "loyal")}, [("ann", "loyal", START, False)])
    found = history.connection.execute(query.replace("segments.fct_builds", "builds")).fetchall()
    assert [(row[0], row[2], row[3], row[4], row[6]) for row in found] == [
        (START, START, START + DAY, "first", "old"),
        (START + DAY, START + DAY, None, "second", "new"),
    ]


@pytest.mark.parametrize("seed", range(5))
def test_any_late_changes_are_remembered_as_they_came_to_be_known(history, seed):
    chance = np.random.default_rng(seed)
    pairs = [(customer, segment) for customer in CUSTOMERS for segment in SEGMENTS]
    truth: dict[pd.Timestamp, Members] = {}
    known: list[tuple[pd.Timestamp, dict[pd.Timestamp, Members]]] = []
    for day in range(20):
        now = START + day * DAY
        late = [
            (*pair, moment, pair not in truth[moment])
            for moment in truth
            for pair in pairs
            if chance.random() < 0.15
        ]
        for customer, segment, moment, _ in late:
            truth[moment] = truth[moment] ^ {(customer, segment)}
        truth[now] = {pair for pair in pairs if chance.random() < 0.5}
        history.evaluate(now, now, truth[now], late)
        known.append((now, dict(truth)))
    for now, believed_then in known:
        for moment, members in believed_then.items():
            assert history.members(moment, now) == members
        for _, stays in history.stays(now).groupby(["customer_id", "segment"]):
            assert (
                stays["valid_from"].iloc[1:].to_numpy() > stays["valid_to"].iloc[:-1].to_numpy()
            ).all()


def test_an_evaluation_within_the_same_instant_leaves_one_version(history):
    history.evaluate(START, START, {("ann", "loyal")})
    history.evaluate(START, START, set())
    history.evaluate(START, START, {("ann", "loyal")})
    assert history.members(START, START) == {("ann", "loyal")}
    history.evaluate(START + DAY, START, set())
    assert shown(history, START) == [("ann", 0, 1)]
    keys = history.connection.execute(f"select {KEYS} from segments.fct_segment_history").fetchall()
    assert len(keys) == len(set(keys))
