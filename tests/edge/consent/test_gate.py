from datetime import UTC, datetime

import duckdb
import pytest

from edge.consent import decisions, gate
from edge.consent.decisions import Decision
from edge.consent.purposes import Purpose, Purposes

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PURPOSES = Purposes(
    purposes={
        "analytics": Purpose(
            description="Measuring.",
            without_answer="granted",
            legal_basis="legitimate_interests",
            retention_days=30,
        ),
        "ads": Purpose(
            description="Advertising.",
            without_answer="denied",
            legal_basis="consent",
            retention_days=10,
        ),
    }
)


@pytest.fixture
def connection():
    """Return a connection with three customers of a published warehouse; only ann answered."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            attach ':memory:' as warehouse;
            create schema warehouse.marts;
            create table warehouse.marts.dim_customers as
            select
                unnest(['ann', 'bob', 'eve']) as customer_id,
                timestamp '2026-01-01' as last_seen_at;
            """
        )
        yield connection


def answer(connection, rows):
    connection.execute(
        "create table warehouse.marts.dim_consent_status "
        "(customer_id varchar, purpose varchar, is_granted boolean, is_explicit boolean, "
        "answered_at timestamp)"
    )
    connection.executemany(
        "insert into warehouse.marts.dim_consent_status "
        "select $1, $2, $3, coalesce($4, false), $5::timestamp",
        [(*row, None, None)[:5] for row in rows],
    )


def permitted(connection, purpose):
    found = connection.execute(
        "select customer_id from permitted where purpose = ? order by 1", [purpose]
    )
    return [row[0] for row in found.fetchall()]


def test_without_any_answer_the_default_of_the_purpose_holds(connection):
    gate.install(connection, PURPOSES, landing=None)

    assert permitted(connection, "analytics") == ["ann", "bob", "eve"]
    assert permitted(connection, "ads") == []


def test_an_answer_outweighs_the_default_both_ways(connection):
    answer(connection, [("ann", "ads", True), ("bob", "analytics", False), ("eve", "ads", None)])
    gate.install(connection, PURPOSES, landing=None)

    assert permitted(connection, "ads") == ["ann"]
    assert permitted(connection, "analytics") == ["ann", "eve"]


def test_of_two_answers_to_one_question_the_withdrawal_wins(connection):
    answer(connection, [("ann", "ads", True), ("ann", "ads", False)])
    gate.install(connection, PURPOSES, landing=None)

    assert permitted(connection, "ads") == []


def test_a_purpose_nobody_named_and_a_person_nobody_knows_are_refused(connection):
    answer(connection, [("ann", "selling", True), ("mallory", "ads", True)])
    gate.install(connection, PURPOSES, landing=None)

    assert permitted(connection, "selling") == []
    assert permitted(connection, "ads") == []
    assert not gate.allowed(connection, "ann", "selling")


def test_one_person_is_judged_as_all_are(connection):
    answer(connection, [("ann", "ads", True)])
    gate.install(connection, PURPOSES, landing=None)

    assert gate.allowed(connection, "ann", "ads")
    assert not gate.allowed(connection, "bob", "ads")
    assert gate.allowed(connection, "bob", "analytics")
    assert not gate.allowed(connection, "mallory", "analytics")


def written(connection, path, rows, columns):
    """Write rows as what has landed since a generation is told."""
    listed = ", ".join(f"{name} varchar" for name in columns)
    connection.execute(f"create or replace temp table told ({listed})")
    if rows:
        places = ", ".join("?" for _ in columns)
        connection.executemany(f"insert into told values ({places})", rows)
    connection.execute(f"copy told to '{path}' (format parquet)")
    return path


def test_newcomers_count_and_a_newer_refusal_wins_over_every_earlier_answer(connection, tmp_path):
    answer(connection, [("ann", "ads", True), ("bob", "ads", True)])
    gate.install(connection, PURPOSES, landing=None)
    columns = ["customer_id"]
    newcomers = written(connection, tmp_path / "new.parquet", [("zoe",)], columns)
    refusals = [("ann", "ads"), ("zoe", "analytics")]
    columns = ["customer_id", "purpose"]
    refused = written(connection, tmp_path / "refused.parquet", refusals, columns)
    gate.hear(connection, newcomers=newcomers, refusals=refused)

    assert permitted(connection, "ads") == ["bob"]
    assert permitted(connection, "analytics") == ["ann", "bob", "eve"]
    assert gate.allowed_of(connection, ["ann", "bob", "zoe"]) == {
        ("ann", "analytics"),
        ("bob", "analytics"),
        ("bob", "ads"),
    }


def test_what_needs_explicit_consent_is_not_granted_by_stored_preferences(connection):
    asked = PURPOSES.purposes["ads"].model_copy(update={"explicit": True})
    answer(connection, [("ann", "ads", True, False), ("bob", "ads", True, True)])
    gate.install(connection, Purposes(purposes={"ads": asked}), landing=None)

    assert permitted(connection, "ads") == ["bob"]


def test_use_ends_when_its_retention_does_and_a_later_grant_begins_it_anew(connection):
    connection.execute(
        "update warehouse.marts.dim_customers set last_seen_at = case customer_id "
        "when 'ann' then timestamp '2026-03-01' when 'bob' then timestamp '2026-02-10' "
        "else timestamp '2026-01-01' end"
    )
    answer(
        connection,
        [
            ("ann", "ads", True, True, "2026-02-01"),
            ("bob", "ads", True, True, "2026-02-01"),
            ("eve", "ads", True, True, "2026-02-25"),
        ],
    )
    gate.install(connection, PURPOSES, landing=None)

    assert permitted(connection, "ads") == ["ann", "eve"]  # bob: 19 days of silence, 10 allowed
    assert permitted(connection, "analytics") == ["ann", "bob"]  # eve: 59 days, 30 allowed


def test_a_withdrawal_in_the_ledger_holds_before_any_refresh_has_seen_it(connection, tmp_path):
    answer(connection, [("ann", "ads", True), ("bob", "ads", True), ("eve", "ads", True)])
    connection.execute(
        """
        create table warehouse.marts.dim_visitors as
        select 'v-old' as visitor_id, 'bob' as customer_id;
        create table warehouse.marts.fct_consents (evidence varchar, origin varchar);
        """
    )
    of = {"method": "letter", "recorded_by": "desk", "decided_at": "2026-03-01T00:00:00"}
    told = [
        Decision("ann", ("v-ann",), "ads", is_granted=False, **of),
        Decision("loser", ("v-old",), "ads", is_granted=False, **of),  # bob by now
        Decision("eve", ("v-eve",), "ads", is_granted=False, **of),
        Decision("ann", ("v-ann",), "ads", is_granted=True, **of),  # waits for a refresh
    ]
    for decision in told:
        decisions.record(tmp_path, decision, NOW)
        decisions.record(tmp_path, decision, NOW)
    connection.execute(
        "insert into warehouse.marts.fct_consents values (?, 'command')", [told[2].decision_id]
    )
    gate.install(connection, PURPOSES, landing=tmp_path)

    assert [x.decision_id for x in decisions.recorded(tmp_path)] == [x.decision_id for x in told]
    assert permitted(connection, "ads") == ["eve"]
    assert permitted(connection, "analytics") == ["ann", "bob", "eve"]


def test_withdrawals_of_the_ledger_hold_where_no_answers_are_published(connection, tmp_path):
    decision = Decision("ann", ("ann",), "analytics", False, "letter", "desk", "2026-03-01")
    decisions.record(tmp_path, decision, NOW)
    gate.install(connection, PURPOSES, landing=tmp_path)

    assert permitted(connection, "analytics") == ["bob", "eve"]
