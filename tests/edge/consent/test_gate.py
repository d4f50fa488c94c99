import duckdb
import pytest

from edge.consent import gate
from edge.consent.purposes import Purpose, Purposes

PURPOSES = Purposes(
    purposes={
        "analytics": Purpose(description="Measuring.", without_answer="granted"),
        "ads": Purpose(description="Advertising.", without_answer="denied"),
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
            select unnest(['ann', 'bob', 'eve']) as customer_id;
            """
        )
        yield connection


def answer(connection, rows):
    connection.execute(
        "create table warehouse.marts.dim_consent_status "
        "(customer_id varchar, purpose varchar, is_granted boolean)"
    )
    connection.executemany("insert into warehouse.marts.dim_consent_status values (?, ?, ?)", rows)


def permitted(connection, purpose):
    found = connection.execute(
        "select customer_id from permitted where purpose = ? order by 1", [purpose]
    )
    return [row[0] for row in found.fetchall()]


def test_without_any_answer_the_default_of_the_purpose_holds(connection):
    gate.install(connection, PURPOSES)

    assert permitted(connection, "analytics") == ["ann", "bob", "eve"]
    assert permitted(connection, "ads") == []


def test_an_answer_outweighs_the_default_both_ways(connection):
    answer(connection, [("ann", "ads", True), ("bob", "analytics", False), ("eve", "ads", None)])
    gate.install(connection, PURPOSES)

    assert permitted(connection, "ads") == ["ann"]
    assert permitted(connection, "analytics") == ["ann", "eve"]


def test_of_two_answers_to_one_question_the_withdrawal_wins(connection):
    answer(connection, [("ann", "ads", True), ("ann", "ads", False)])
    gate.install(connection, PURPOSES)

    assert permitted(connection, "ads") == []


def test_a_purpose_nobody_named_and_a_person_nobody_knows_are_refused(connection):
    answer(connection, [("ann", "selling", True), ("mallory", "ads", True)])
    gate.install(connection, PURPOSES)

    assert permitted(connection, "selling") == []
    assert permitted(connection, "ads") == []
    assert not gate.allowed(connection, "ann", "selling")


def test_one_person_is_judged_as_all_are(connection):
    answer(connection, [("ann", "ads", True)])
    gate.install(connection, PURPOSES)

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
    gate.install(connection, PURPOSES)
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
