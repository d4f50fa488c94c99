"""Which arrivals concern a past moment, and that no look at them is lost with its run."""

from datetime import datetime, timedelta

import pytest

from dagster_project import dbt_runs
from dagster_project.lateness import evaluation
from dagster_project.scratch import project
from dagster_project.statements import statement
from dagster_project.warehouse import Warehouse

NOON = datetime.fromisoformat("2026-03-10T12:00:00")
DAY = timedelta(days=1)
TABLES = """
create schema intermediate; create schema segments; create schema staging; create schema ops;
create table intermediate.int_moments_evaluated (as_of timestamp, known_at timestamp);
create table intermediate.int_identifiers_resolved (
    namespace varchar, identifier_type varchar, identifier varchar, customer_id varchar
);
create table segments.fct_segment_sizes (segment varchar, as_of timestamp, known_at timestamp);
create table segments.fct_segment_history (
    customer_id varchar, segment varchar, known_from timestamp, known_to timestamp
);
create table staging.stg_segment__events (
    namespace varchar, anonymous_id varchar, user_id varchar, timestamp timestamp, loaded_at timestamp
);
create table staging.stg_online_retail__lines (
    namespace varchar, anonymous_id varchar, user_id varchar, invoice_at timestamp, loaded_at timestamp
);
"""  # noqa: E501 - a line per column would hide what matters


@pytest.fixture
def settings_with_history(settings):
    """Return the settings of a home whose moments of the last three days were evaluated."""
    with Warehouse(settings).connect("test") as connection:
        connection.execute(TABLES)
        evaluation.create_tables(connection)
        people = [("ann", "anonymous_id", "a1"), ("ann", "user_id", "u1"), ("bob", "user_id", "u2")]
        for customer, kind, identifier in people:
            connection.execute(
                "insert into intermediate.int_identifiers_resolved values ('shop', ?, ?, ?)",
                [kind, identifier, customer],
            )
        for days in (3, 2, 1):
            moment = NOON - days * DAY
            connection.execute(
                "insert into segments.fct_segment_sizes values ('loyal', ?, ?)", [moment, moment]
            )
    refreshed_at(settings, NOON)
    return settings


def refreshed_at(settings, known_at):
    with Warehouse(settings).connect("test") as connection:
        connection.execute("delete from intermediate.int_moments_evaluated")
        connection.execute(
            "insert into intermediate.int_moments_evaluated values (?, ?)", [NOON, known_at]
        )


def arrive(connection, who, happened_at, loaded_at):
    """Store an event of an anonymous visitor, or of a user if the name says so."""
    anonymous, user = (None, who) if who.startswith("u") else (who, None)
    connection.execute(
        "insert into staging.stg_segment__events values ('shop', ?, ?, ?, ?)",
        [anonymous, user, happened_at, loaded_at],
    )


def concerned(connection, **given):
    found = connection.execute(statement(evaluation.PACKAGE, "arrivals"), given).fetchall()
    return {(customer, (NOON - moment).days) for customer, moment in found}


def test_late_events_concern_their_customers_from_when_they_happened(settings_with_history):
    with Warehouse(settings_with_history).connect("test") as connection:
        arrive(connection, "a1", NOON - 2.5 * DAY, NOON - 0.1 * DAY)
        arrive(connection, "u2", NOON - 1.0 * DAY, NOON - 0.1 * DAY)  # at the very moment
        arrive(connection, "u2", NOON - 9.0 * DAY, NOON - 2.0 * DAY)  # known already
        arrive(connection, "a1", NOON - 0.5 * DAY, NOON - 0.1 * DAY)  # in time
        given = {"since": NOON - 1.0 * DAY, "days": 30}
        assert concerned(connection, **given) == {("ann", 2), ("ann", 1), ("bob", 1)}
        assert concerned(connection, **{**given, "days": 1}) == {("ann", 1), ("bob", 1)}
        assert concerned(connection, **{**given, "days": 0}) == set()


def looked_at(settings):
    with Warehouse(settings).connect("test") as connection:
        return connection.execute(
            "select since, until from ops.late_evaluations order by until"
        ).fetchall()


def test_each_look_begins_where_the_one_before_ended(settings_with_history):
    evaluation.evaluate(settings_with_history, days=30)
    refreshed_at(settings_with_history, NOON + DAY)
    evaluation.evaluate(settings_with_history, days=30)
    assert looked_at(settings_with_history) == [(NOON - DAY, NOON), (NOON, NOON + DAY)]


@pytest.mark.parametrize("taken_up_as", ["known_from", "known_to", None])
def test_what_the_history_did_not_take_up_is_looked_at_again(settings_with_history, taken_up_as):
    evaluation.evaluate(settings_with_history, days=30)
    with Warehouse(settings_with_history).connect("test") as connection:
        connection.execute(
            "insert into segments.late_memberships values ('ann', 'loyal', ?, true, ?)",
            [NOON - DAY, NOON],
        )
        if taken_up_as is not None:
            connection.execute(
                "insert into segments.fct_segment_history "
                f"(customer_id, segment, {taken_up_as}) values ('ann', 'loyal', ?)",
                [NOON],
            )
    refreshed_at(settings_with_history, NOON + DAY)
    evaluation.evaluate(settings_with_history, days=30)
    since = NOON if taken_up_as is not None else NOON - DAY
    assert looked_at(settings_with_history)[-1] == (since, NOON + DAY)
    with Warehouse(settings_with_history).connect("test") as connection:
        (left,) = connection.execute("select count(*) from segments.late_memberships").fetchone()
    assert left == (taken_up_as is not None)


def test_a_home_without_a_history_has_nothing_late(settings, monkeypatch):
    with Warehouse(settings).connect("test") as connection:
        connection.execute("create schema ops")
        evaluation.create_tables(connection)
    assert evaluation.evaluate(settings, days=30) == evaluation.Late(
        arrivals=0, moments=0, changes=0
    )

    # and the first late event need not wait until dbt has rendered what it is evaluated by
    parsed = project.load(settings)
    names = ("seg_luxury_browsers", "ftr_rfm")
    segment, feature = (parsed.models[f"model.tessera.{name}"] for name in names)
    with monkeypatch.context() as patched:
        patched.setattr(dbt_runs, "compiled", None)
        assert set(parsed.compiled([segment, feature])) == {segment.unique_id, feature.unique_id}
