"""What ``tessera explain`` says equals what the tables say, for every customer of a shop."""

import json

import pytest

from edge.explain import explain_with
from edge.memberships import memberships
from edge.published import open_newest
from tests.e2e.servers import tessera


@pytest.fixture(scope="module")
def tables(refreshed):
    """Return all customers, the members of each segment, and the rows of each conditions view."""
    with open_newest(refreshed / "published") as (_, connection):
        read = connection.execute
        customers = [
            row[0] for row in read("select customer_id from marts.dim_customers").fetchall()
        ]
        members = set(
            read(
                "select customer_id, segment, entered_at from segments.fct_segment_members"
            ).fetchall()
        )
        segments = [row[0] for row in read("select segment from segments.dim_segments").fetchall()]
        conditions = {}
        for segment in segments:
            found = read(f"select * from conditions.seg_{segment}")
            names = [column[0] for column in found.description]
            conditions[segment] = {
                row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()
            }
    return customers, members, conditions


def test_the_segments_of_every_customer_are_those_of_the_tables(refreshed, tables):
    customers, members, _ = tables
    found = {
        (customer, held.segment, held.since)
        for customer in customers
        for held in memberships(refreshed / "published", customer).segments
    }

    assert len(members) > 100
    assert found == members


def test_every_condition_of_every_customer_is_as_the_tables_have_it(refreshed, tables):
    customers, members, conditions = tables
    in_segments = {(customer, segment) for customer, segment, _ in members}
    segments = sorted(conditions)
    everyone = sorted(set().union(*conditions.values()))
    with open_newest(refreshed / "published") as (_, connection):
        # everyone against three segments, so that each segment has its share of customers
        for place, customer in ((n + turn, c) for turn in range(3) for n, c in enumerate(everyone)):
            segment = segments[place % len(segments)]
            said = explain_with(connection, customer, segment)
            row = conditions[segment][customer]
            assert said.is_member == row["is_member"] == ((customer, segment) in in_segments)
            assert {c.name: c.holds for c in said.conditions} == {
                c.name: row[c.name] is True for c in said.conditions
            }
            assert all(said.values[name] == row[name] for name in said.values)
            for condition in said.conditions:
                # a share or an amount that only reaches what it should pass is 0 away
                if condition.holds:
                    assert condition.distance in (None, 0)
                    continue
                if condition.distance is not None:
                    assert condition.distance > 0 or not isinstance(condition.value, int)
                told = [x for x in (condition, *condition.parts) if not x.holds]
                # whatever the condition is made of, it says how far, or what it is and must be
                assert any(x.distance is not None or x.needed for x in told), condition


def test_who_is_not_among_the_best_sees_their_place_and_the_limit(refreshed):
    with open_newest(refreshed / "published") as (_, connection):
        customer, share = connection.execute(
            "select customer_id, place from (select customer_id, is_top_decile, percent_rank() "
            "over (order by rfm_score, monetary) as place from features.ftr_customers "
            "where rfm_score is not null) where not is_top_decile order by place desc limit 1"
        ).fetchone()
        (condition,) = explain_with(connection, customer, "high_value_customers").conditions
    (part,) = condition.parts
    assert condition.needed == "is no, must be yes"
    assert (part.value, part.distance) == pytest.approx((share, 0.9 - share))


def test_events_behind_a_condition_stand_in_the_line_that_is_named(refreshed, tables):
    member = next(c for c, segment, _ in sorted(tables[1]) if segment == "recent_buyers")
    said = json.loads(
        tessera(refreshed, "explain", member, "recent_buyers", "--format", "json").stdout
    )
    events = said["conditions"][0]["events"]
    newest = events["newest"][0]
    landed = refreshed / "landing" / newest["source"] / newest["file"]

    assert said["is_member"]
    assert events["count"] >= 1
    assert newest["event"].startswith("Order ")
    line = landed.read_text().splitlines()[newest["line"] - 1]
    assert json.loads(line)["messageId"] == newest["message_id"]
    assert {known["identifier_type"] for known in said["identifiers"]} & {"user_id", "anonymous_id"}


def test_a_merge_is_shown_by_the_line_that_proves_it(refreshed):
    with open_newest(refreshed / "published") as (_, connection):
        loser, customer = connection.execute(
            "select loser_customer_id, customer_id from marts.fct_customer_merges "
            "where customer_id in (select customer_id from marts.dim_customers) order by 1 limit 1"
        ).fetchone()
    said = json.loads(
        tessera(refreshed, "explain", customer, "recent_buyers", "--format", "json").stdout
    )
    merge = next(m for m in said["merges"] if m["loser_customer_id"] == loser)

    assert merge["file"]
    assert merge["line"] >= 1
    answer = tessera(refreshed, "explain", loser, check=False)
    assert answer.returncode == 1
    assert f"merged into {customer}" in answer.stderr


def test_a_cluster_is_explained_by_the_features_that_decided(refreshed):
    with open_newest(refreshed / "published") as (_, connection):
        customer, cluster, version = connection.execute(
            "select customer_id, cluster, model_version from ml.customer_clusters order by 1"
        ).fetchone()
    said = json.loads(
        tessera(refreshed, "explain", customer, "lapsed_favourites", "--format", "json").stdout
    )["model"]

    assert (said["cluster"], said["model_version"]) == (cluster, version)
    pulls = [abs(feature["pull"]) for feature in said["features"]]
    assert len(pulls) == 5
    assert pulls == sorted(pulls, reverse=True)
