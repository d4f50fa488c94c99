"""Whoever left no trace for long is deleted; everybody else's lines stay where they were."""

import json
from datetime import timedelta

import duckdb
import pytest

from dagster_project.identity import resolution
from dagster_project.ingest import ingestion
from dagster_project.platform import Platform
from dagster_project.privacy import ageing, landing, remains, removal
from edge import landing as doors
from tests.dagster_project.ingest.homes import CLOCK, line, state

# days before the newest trace of anybody, whose ids are those of their devices and users
SILENT = {"ann": 0, "bob": 101, "cat": 101, "dan": 100, "eve": 500}
TABLES = """
create schema marts; create schema staging;
create table staging.stg_segment__events (file_number bigint, line bigint);
create table intermediate.int_identifiers_linked (
    link_id varchar, namespace_a varchar, type_a varchar, identifier_a varchar,
    namespace_b varchar, type_b varchar, identifier_b varchar
);
insert into intermediate.int_identifiers_linked values
    ('l1', 'shop', 'anonymous_id', 'tablet', 'shop', 'user_id', 'user-bob'),
    ('l2', 'shop', 'anonymous_id', 'tablet', 'shop', 'user_id', 'user-ann');
create table marts.dim_customers (customer_id varchar, last_seen_at timestamp);
create table marts.dim_consent_status (
    customer_id varchar, is_granted boolean, answered_at timestamp
);
insert into marts.dim_consent_status values
    ('c-cat', true, timestamp '2026-01-01' - interval 99 days),
    ('c-bob', false, timestamp '2026-01-01'),
    ('c-bob', true, timestamp '2026-01-01' - interval 101 days);
insert into intermediate.int_customers_merged (loser_customer_id, customer_id) values
    ('c-former', 'c-middle'), ('c-middle', 'c-bob');
create table marts.fct_things (customer_id varchar, file_number bigint, line bigint);
insert into marts.fct_things values ('c-ann', 9, 1), ('c-former', 9, 2), ('c-middle', 9, 3);
"""
EXPORT = (
    b"customer_number,email_address,postcode\n"
    b"user-bob,bob@example.com,1\nuser-ann,ann@example.com,2\n"
)


def lines_of(name, first):
    """Return what somebody sent: one line twice, and one that was refused."""
    own = {"userId": f"user-{name}", "anonymousId": f"device-{name}"}
    return [
        line(first, **own),
        line(first + 1, anonymousId=f"device-{name}"),
        line(first, **own),
        line(first + 2, **own, type="unheard of"),
    ]


@pytest.fixture
def platform(settings):
    made = Platform(settings)
    mixed = [text for n, name in enumerate(SILENT) for text in lines_of(name, 10 * n)]
    mixed += [line(91, anonymousId="tablet"), line(92, userId="x", properties={"to": "user-bob"})]
    for name, content, source in (
        ("mixed.jsonl", b"\n".join(mixed), "shop"),
        ("again.jsonl", b"\n".join(mixed), "shop"),
        ("crm.csv", EXPORT, "customers"),
    ):
        doors.put(content, name=name, source=source, landing=settings.landing)
    with made.warehouse.connect("test") as connection:
        ingest(made, connection)
        resolution.create_tables(connection)
        connection.execute(TABLES)
        newest = CLOCK.replace(year=2026, month=1)
        for name, days in SILENT.items():
            connection.execute(
                "insert into marts.dim_customers values (?, ?)",
                [f"c-{name}", newest - timedelta(days=days)],
            )
            for type_, text in (("user_id", "user"), ("anonymous_id", "device")):
                connection.execute(
                    "insert into intermediate.int_identifiers_resolved (namespace, "
                    "identifier_type, identifier, customer_id, visitor_id, is_guarded) "
                    "values ('shop', ?, ?, ?, ?, false)",
                    [type_, f"{text}-{name}", f"c-{name}", f"v-{text}-{name}"],
                )
        connection.execute(
            "insert into intermediate.int_identifiers_resolved (namespace, identifier_type, "
            "identifier, customer_id, is_guarded) "
            "values ('shop', 'anonymous_id', 'tablet', 't', true)"
        )
    return made


def ingest(platform, connection):
    ingestion.create_tables(connection)
    return ingestion.ingest(
        connection,
        landing=platform.settings.landing,
        sources=platform.sources,
        loaded_at=CLOCK,
    )


def users(platform):
    with platform.warehouse.connect("test") as connection:
        rows = connection.execute("select distinct user_id from raw.events").fetchall()
    return {user for (user,) in rows if user}


def delete(platform, days=100):
    return ageing.delete(platform, days, lambda _: None)


def test_who_is_silent_too_long_goes_but_not_who_granted_something_since(platform):
    done = delete(platform)
    assert done.people == 4  # bob with the two who were merged into him, and eve
    assert users(platform) == {"user-ann", "user-cat", "user-dan", "x"}
    landed = b"".join(path.read_bytes() for path in platform.settings.landing.rglob("*.*"))
    for gone in (b"device-bob", b"device-eve", b'"user-eve"', b"bob@example.com"):
        assert gone not in landed
    assert b'"to": "user-bob"' in landed  # another person's line is theirs: this is no erasure
    assert b"tablet" in landed
    with platform.warehouse.connect("test") as connection:
        kept = connection.execute("select customer_id from marts.fct_things").fetchall()
    assert kept == [("c-ann",)]


def test_what_was_shared_ties_nobody_together_afterwards(platform):
    delete(platform)
    ledger = platform.settings.landing / "tessera_ledger"
    (path,) = [path for path in ledger.iterdir() if "guard" in path.name]
    (entry,) = map(json.loads, path.read_text().splitlines())
    assert entry["payload"]["identifier_type"] == "anonymous_id"


def test_a_rebuild_from_the_landing_files_gives_the_same_rows(platform):
    delete(platform)
    with platform.warehouse.connect("test") as connection:
        assert [x.status for x in ingest(platform, connection).outcomes] == ["loaded"]  # the guard
        assert ingestion.conservation(connection) == []
        after = state(connection)
    with duckdb.connect() as anew:
        ingest(platform, anew)
        assert state(anew) == after


def test_deleting_again_deletes_nobody(platform):
    delete(platform)
    assert delete(platform) == ageing.Aged()
    assert not (platform.settings.home / "privacy" / "ageing").exists()


@pytest.mark.parametrize("moment", ["chosen", "planned", "applied", "put"])
def test_killed_anywhere_it_goes_on_with_the_same_people(platform, moment, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        if moment == "chosen":
            patch.setattr(removal, "remove", die)
        elif moment == "planned":
            patch.setattr(landing, "choose", die)
        elif moment == "applied":
            patch.setattr(landing, "put", die)
        else:
            patch.setattr(remains, "replace_copies", die)
        with pytest.raises(Killed):
            delete(platform)
    assert delete(platform).people == 4
    assert users(platform) == {"user-ann", "user-cat", "user-dan", "x"}
    with platform.warehouse.connect("test") as connection:
        ingest(platform, connection)
        assert ingestion.conservation(connection) == []


def test_nobody_is_deleted_while_a_file_waits_that_may_hold_their_trace(platform):
    doors.put(
        line(99, userId="user-eve"), name="new", source="shop", landing=platform.settings.landing
    )
    assert delete(platform) == ageing.Aged()
    assert "user-eve" in users(platform)
