"""Who moved from which segment to which."""

import duckdb
import pytest

from dagster_project.statements import statement

TABLES = """
    create schema segments;
    create schema features;
    create table segments.dim_segments (as_of timestamp, status varchar);
    insert into segments.dim_segments values (timestamp '2026-03-31', 'active');
    create table segments.fct_segment_sizes as
    select unnest([timestamp '2026-02-20', '2026-03-02', '2026-03-20', '2026-03-31', '2026-04-09'])
        as as_of;
    create table features.ftr_customers as
    select unnest(['ann', 'bob', 'cem', 'dua', 'eve']) as customer_id;
    create table segments.fct_segment_history (
        customer_id varchar, segment varchar, valid_from timestamp, valid_to timestamp,
        known_to timestamp
    );
    create table segments.fct_segment_members (customer_id varchar, segment varchar);
"""


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield connection


def stay(connection, customer, segment, valid_from, valid_to, known_to=None):
    connection.execute(
        "insert into segments.fct_segment_history values (?, ?, ?, ?, ?)",
        [customer, segment, f"2026-{valid_from}", valid_to and f"2026-{valid_to}", known_to],
    )
    if known_to is None and (valid_to is None or f"2026-{valid_to}" > "2026-03-31"):
        connection.execute(
            "insert into segments.fct_segment_members values (?, ?)", [customer, segment]
        )


def flows(connection):
    found = connection.execute(statement("dagster_project.reports", "flows")).fetchall()
    return {(origin, destination): count for origin, destination, count, _ in found}


def test_whoever_left_one_segment_and_entered_another_is_a_flow_between_them(connection):
    for customer in ("ann", "bob"):
        stay(connection, customer, "new", "02-20", "03-20")
        stay(connection, customer, "loyal", "03-20", None)
    stay(connection, "bob", "rich", "03-31", None)  # counts in both
    assert flows(connection) == {("new", "loyal"): 2, ("new", "rich"): 1}


def test_only_who_is_in_no_segment_comes_from_or_goes_to_none(connection):
    stay(connection, "ann", "new", "03-20", None)
    stay(connection, "bob", "new", "02-20", "03-20")
    stay(connection, "cem", "new", "02-20", None)
    stay(connection, "cem", "loyal", "03-20", None)  # entered one more
    stay(connection, "dua", "new", "02-20", None)
    stay(connection, "dua", "loyal", "02-20", "03-20")  # is in one less
    assert flows(connection) == {("", "new"): 1, ("new", ""): 1}


def test_the_span_is_four_weeks_what_is_believed_counts_and_the_merged_did_not_leave(connection):
    stay(connection, "ann", "new", "02-20", "03-02")  # before the span began
    stay(connection, "bob", "new", "02-20", "03-20", known_to="2026-03-21")
    stay(connection, "merged", "new", "02-20", "03-20")
    assert flows(connection) == {}


def test_one_evaluated_moment_has_no_flows(connection):
    connection.execute("delete from segments.fct_segment_sizes where as_of < '2026-03-31'")
    stay(connection, "ann", "new", "03-31", None)
    assert flows(connection) == {}
