"""Late rows of people who were erased are refused, and taken out of the files they came in."""

import gzip
import json

import pytest

from edge.privacy import suppression
from edge.privacy.subjects import Name, Subject
from tests.dagster_project.ingest.homes import CLOCK, Home, line, state

KEY = b"salt of the tests"
ANN = Subject(
    customer_ids=("c1",),
    names=frozenset(
        {
            Name("shop", "user_id", "user-ann"),
            Name("shop", "anonymous_id", "device-ann"),
            Name("", "email", "ann@example.com"),
            Name("", "phone", "+4917012345678"),
            Name("online_retail", "user_id", "17850"),
        }
    ),
)
LATE = {
    "by user": line(1, userId="user-ann", anonymousId="new"),
    "by device": line(2, anonymousId="device-ann"),
    "by alias": line(3, type="alias", previousId="device-ann", userId="other"),
    "by e-mail": line(4, anonymousId="n", type="identify", traits={"email": " ANN@Example.com"}),
    "by phone": line(5, anonymousId="n", context={"traits": {"phone": "0049 170 12345678"}}),
    "refused": line(6, userId="user-ann", type="unheard of"),
    "cut off": b'{"messageId": "7", "userId": "user-ann", "pro',
    "escaped": line(8, userId="user-ann").replace(b"user-ann", b"user\\u002dann"),
}


@pytest.fixture
def suppressing(home):
    home.landing.mkdir(parents=True)
    suppression.record(home.landing, "r1", ANN, (), key=KEY, recorded_at=CLOCK)
    return suppression.load(home.landing, KEY)


@pytest.mark.parametrize("how", LATE)
def test_a_late_line_is_refused_and_its_payload_is_nowhere(home, suppressing, how):
    name = home.put("late.jsonl", line("a") + b"\n" + LATE[how] + b"\n" + line("b"))
    home.ingest(suppression=suppressing)
    assert home.rows("select line, reason, payload from raw.rejected_events") == [
        (2, "suppressed", None)
    ]
    assert home.message_ids() == ["ma", "mb"]
    kept = (home.landing / "shop" / name).read_bytes().split(b"\n")
    assert kept == [line("a"), suppression.MARKER, line("b")]


def test_others_are_taken_as_ever(home, suppressing):
    name = home.put("late.jsonl", line(1, userId="user-anna") + b"\n" + line(2, userId="bob"))
    before = (home.landing / "shop" / name).stat()
    home.ingest(suppression=suppressing)
    assert home.message_ids() == ["m1", "m2"]
    assert (home.landing / "shop" / name).stat() == before


def test_the_same_id_of_another_source_is_another_person(home, suppressing):
    home.put("late.jsonl", line(1, userId="user-ann"), "app")
    home.ingest(suppression=suppressing)
    assert home.message_ids() == ["m1"]


def test_late_rows_of_tables_are_left_empty(home, suppressing):
    crm = b"customer_number,email_address\nuser-bob,b@example.com\nnew,ann@example.com\n"
    retail = (
        b"Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
        b"500001,85123A,HEART,6,2010-12-01,2.55,17850.0,UK\n"
        b"500002,85123A,HEART,6,2010-12-01,2.55,17851,UK\n"
    )
    names = [home.put("crm.csv", crm, "crm"), home.put("retail.csv", retail, "online_retail")]
    home.ingest(suppression=suppressing)
    assert home.rows("select user_id from raw.customers") == [("user-bob",)]
    assert home.rows("select customer, line from raw.online_retail") == [("17851", 2)]
    held = [
        (home.landing / x / y).read_bytes()
        for x, y in zip(["crm", "online_retail"], names, strict=True)
    ]
    assert b"ann@" not in held[0]
    assert b"17850" not in held[1]


def test_a_rebuild_refuses_the_same_lines(home, suppressing, tmp_path):
    home.put("late.jsonl.gz", gzip.compress(b"\n".join(LATE.values())))
    home.put("late.jsonl", b"\n".join([line("a"), *LATE.values()]))
    home.ingest(suppression=suppressing)
    other = Home(tmp_path / "again")
    (tmp_path / "again").mkdir(exist_ok=True)
    home.landing.rename(other.landing)
    other.ingest()  # even without knowing whom it refuses
    assert state(other.connection) == state(home.connection)
    other.connection.close()


def test_the_ledger_names_nobody(home, suppressing):
    held = b"".join(path.read_bytes() for path in (home.landing / "tessera_ledger").iterdir())
    assert len(held.splitlines()) == len(ANN.names)
    assert not any(name.text.encode() in held for name in ANN.names)
    assert {json.loads(x)["payload"]["identifier_type"] for x in held.splitlines()} == {
        "user_id",
        "anonymous_id",
        "email",
        "phone",
    }
