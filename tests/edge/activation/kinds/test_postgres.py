import psycopg
import pytest

from edge.activation.kinds import postgres
from edge.activation.rows import Disabled, Unavailable
from edge.statements import statement
from tests.edge.activation.kinds.sending import opened, row, statuses

WORDS = {
    "kind": "postgres",
    "url_env": "CRM_URL",
    "purpose": "marketing_email",
    "columns": {"email": "contacts.email", "items": "features.open_cart_items"},
    "types": {"items": "integer"},
}


@pytest.fixture
def database(postgres_url):
    """Return a connection to the real server, which forgets the test's tables."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("create schema crm")
        yield connection
        connection.execute("drop schema crm cascade")


def sender(database, **words):
    given = {"schema": "crm", "table": "members", **WORDS, **words}
    return opened({"CRM_URL": database.info.dsn}, **given)


def held(database, table="crm.members"):
    return database.execute(f"select * from {table} order by segment, customer_id").fetchall()


def test_members_are_added_updated_and_removed_in_a_table_made_for_them(database):
    way = sender(database)
    answers = way.send([row("ann", email="a@x.org", items=3), row("bob", email="b@x.org", items=1)])
    assert statuses(answers) == ["delivered"] * 2
    assert held(database) == [("loyal", "ann", "a@x.org", 3), ("loyal", "bob", "b@x.org", 1)]

    way.send(
        [
            row("bob", "remove"),
            row("ann", "update", email="new@x.org", items=None),
            row("ann", segment="new"),
        ]
    )
    assert held(database) == [("loyal", "ann", "new@x.org", None), ("new", "ann", None, None)]


def test_the_same_rows_twice_leave_the_table_as_once_would(database):
    way = sender(database)
    rows = [row("bob", "remove"), row("ann", email="a@x.org", items=3)]
    way.send(rows)
    once = held(database)
    assert statuses(way.send(rows)) == ["delivered"] * 2
    assert held(database) == once


def test_a_bad_row_is_rejected_and_the_others_of_its_batch_stand(database):
    sender(database).send([row("zoe")])
    database.execute("alter table crm.members add constraint at_most_9 check (items <= 9)")
    answers = sender(database).send(
        [
            row("ann", items=1),
            row("bob", items=10),  # refused by a rule of the table
            row("cat", items=2**63),  # too large for the column
            row("dan", email="nul\0nul"),  # no text of PostgreSQL
            row("eve", email="\ud800"),  # no text at all
            row("fay", items="planted"),  # not the declared type
            row("gus", items=2),
        ]
    )
    assert statuses(answers) == ["delivered", *["rejected"] * 5, "delivered"]
    assert [member[1] for member in held(database)] == ["ann", "gus", "zoe"]
    assert [answer.reason for answer in answers if answer.reason] == [
        "refused with 23514 by at_most_9",
        "refused with 22003",
        "refused with a value it cannot hold",
        "email has no form in JSON",
        "items is no integer",
    ]


def test_a_batch_that_breaks_off_leaves_nothing_of_itself(database):
    way = sender(database)
    way.send([row("zoe")])
    database.execute(
        "create function crm.hang_up() returns trigger language plpgsql as "
        "$$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$"
    )
    database.execute(
        "create trigger hang_up before insert on crm.members for each row "
        "when (new.customer_id = 'bob') execute function crm.hang_up()"
    )
    with pytest.raises(Unavailable) as broken:
        way.send([row("zoe", "remove"), row("ann"), row("bob")])
    assert broken.value.is_certain
    assert [member[1] for member in held(database)] == ["zoe"]

    assert statuses(way.send([row("ann")])) == ["delivered"]  # by a new connection


def test_a_table_that_somebody_holds_is_tried_later_and_left_as_it_was(database, monkeypatch):
    way = sender(database)
    way.send([row("zoe")])
    short = "set local lock_timeout = '50ms'"
    monkeypatch.setattr(
        postgres, "statement", lambda *name: short if "limits" in name[1] else statement(*name)
    )
    with database.transaction():
        database.execute("lock table crm.members")
        with pytest.raises(Unavailable, match="55P03") as held_up:
            way.send([row("ann")])
    assert held_up.value.is_certain
    assert [member[1] for member in held(database)] == ["zoe"]


def test_a_commit_without_an_answer_is_uncertain(database):
    way = sender(database)
    way.send([row("zoe")])
    database.execute(
        "create function crm.hang_up() returns trigger language plpgsql as "
        "$$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$"
    )
    database.execute(
        "create constraint trigger hang_up after insert on crm.members deferrable "
        "initially deferred for each row execute function crm.hang_up()"
    )
    with pytest.raises(Unavailable) as broken:
        way.send([row("ann")])
    assert not broken.value.is_certain


@pytest.mark.parametrize("name", ['odd "name"', "semi;colon--", "per%cent %s", "Groß", "select"])
def test_any_name_of_a_table_is_safe(database, name):
    way = sender(database, table=name)
    assert statuses(way.send([row("ann", email="a@x.org", items=1)])) == ["delivered"]
    assert statuses(opened_again(database, name).send([row("ann", "remove")])) == ["delivered"]
    names = database.execute("select tablename from pg_tables where schemaname = 'crm'").fetchall()
    assert names == [(name,)]


def opened_again(database, name):
    return sender(database, table=name)


@pytest.mark.parametrize("name", ["", "a" * 64, "é" * 32, "nul\0"])
def test_a_name_that_postgresql_would_change_is_refused(database, name):
    with pytest.raises(ValueError, match="1 to 63 bytes"):
        sender(database, table=name)


def test_a_table_that_lacks_a_column_is_disabled_until_somebody_acts(database):
    database.execute(
        "create table crm.members (segment text, customer_id text, unique (segment, customer_id))"
    )
    with pytest.raises(Disabled, match="42703"):
        sender(database).send([row("ann")])


def test_a_database_that_is_not_there_is_told_apart_from_one_that_refuses(database):
    with pytest.raises(Unavailable, match="no connection") as absent:
        opened(
            {"CRM_URL": "postgresql://u:secret@127.0.0.1:1/planted"}, **WORDS, table="members"
        ).send([row("ann")])
    assert absent.value.is_certain
    assert "secret" not in str(absent.value)
    with pytest.raises(Disabled, match="refuses the connection"):
        opened({"CRM_URL": database.info.dsn + " dbname=nowhere"}, **WORDS, table="members").send(
            [row("ann")]
        )


def test_what_is_no_address_is_disabled():
    with pytest.raises(Disabled, match="no URL of PostgreSQL") as refused:
        opened({"CRM_URL": "planted"}, **WORDS, table="members").send([row("ann")])
    assert "planted" not in str(refused.value)


def test_no_error_quotes_what_a_row_holds(database):
    sender(database).send([row("zoe", email="planted@x.org")])
    database.execute("create unique index on crm.members (email)")
    (answer,) = sender(database).send([row("ann", email="planted@x.org")])
    assert answer.status == "rejected"
    assert "planted" not in answer.reason
