"""A person's lines out of the landing area and raw tables, while all others stay and add up."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.ingest.batches import transaction
from dagster_project.privacy import landing, rows, subjects
from edge.privacy import content, lines
from edge.privacy.subjects import Name, Subject
from tests.dagster_project.ingest.homes import CLOCK, SOURCES, Home, line, state

ANN = Subject(
    customer_ids=("c" + "a" * 24,),
    names=frozenset(
        {
            Name("shop", "user_id", "user-ann"),
            Name("shop", "anonymous_id", "device-ann"),
            Name("", "email", "ann@example.com"),
            Name("online_retail", "user_id", "17850"),
        }
    ),
    spellings=(" Ann@Example.com",),
)
TEXTS = (b"user-ann", b"device-ann", b"ann@example.com")


@pytest.fixture
def home(tmp_path):
    """Return a home where Ann and others left lines of every kind."""
    made = Home(tmp_path)
    anns = [
        line(1, userId="user-ann", anonymousId="device-ann"),
        line(2, anonymousId="device-ann"),
        line(3, anonymousId="shared", context={"traits": {"email": "ANN@example.com"}}),
        line(1, userId="user-ann", anonymousId="device-ann"),  # came twice
        b'{"userId": "user-ann", "type": "tra',  # cut off
        line(4, userId="user-ann", type="unheard of"),
    ]
    others = [
        line(11, userId="user-anna", anonymousId="device-anna"),
        line(12, userId="user-bob", anonymousId="shared"),
        line(None, userId="user-bob", properties={"friend": "ann@example.com", "n": 1}),
        line(
            13,
            userId="user-bob",
            anonymousId=" device-bob",
            properties={"note": "joann@example.com"},
        ),
        b"nonsense",
    ]
    mixed = b"\n".join([others[0], *anns[:3], b"", others[1], others[2], *anns[3:], *others[3:]])
    made.put("mixed.jsonl", mixed)
    made.put("mixed.jsonl.gz", gzip.compress(b"\n".join([*others[:2], anns[1]]) + b"\n"))
    made.put("same.jsonl", mixed)
    made.put("cut.jsonl.gz", gzip.compress(mixed * 40)[:-30])
    made.put(
        "crm.csv",
        b"customer_number,email_address,postcode\r\n"
        b"user-ann,ANN@EXAMPLE.COM,1\r\n\r\nuser-bob,b@example.com,2\r\n"
        b'user-eve,"e@example.com","ask ann@example.com,\r\nor Bob"\r\n',
        "crm",
    )
    table = {
        "customer_number": ["user-bob", "user-ann"],
        "email_address": [None, "x@x.de"],
        "age": [3, 4],
    }
    pq.write_table(pa.table(table), tmp_path / "crm.parquet")
    made.put("crm.parquet", (tmp_path / "crm.parquet").read_bytes(), "crm")
    made.put(
        "retail.csv",
        b"Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
        b"500001,85123A,HEART,6,2010-12-01,2.55,17850.0,UK\n"
        b"500002,85123A,HEART,17850,2010-12-01,2.55,17851.0,UK\n",
        "online_retail",
    )
    made.record(*map(delivery, "ab"))
    made.ingest()
    yield made
    made.connection.close()


def delivery(letter):
    payload = {"customer_id": "c" + letter * 24}
    return {"kind": "delivery", "recorded_at": "2026-01-01T00:00:00Z", "payload": payload}


def erase(home, folder, *, puts=True):
    search = lines.search_for(ANN)
    changes = landing.plan(folder, home.landing, SOURCES, search, {})
    subjects.choose(home.connection, ANN)
    landing.choose(home.connection, changes)
    with transaction(home.connection):
        rows.delete(home.connection)
        landing.apply(home.connection, folder, SOURCES, changes)
    if puts:
        landing.put(folder, home.landing, changes)
    return changes


def others_left_out(held):
    for name in ("user-anna", "device-anna", "joann@example.com"):
        held = held.replace(name, "")
    return held.lower()


def of_others(home):
    return home.rows(
        "select file, line, message_id, user_id from raw.events "
        "where coalesce(user_id, '') != 'user-ann' and message_id not in ('m2', 'm3') order by all"
    ) + home.rows(
        "select line, user_id, email from raw.customers where user_id != 'user-ann' order by all"
    )


def test_nothing_of_the_person_is_left_and_all_others_are(home, tmp_path):
    before = of_others(home)
    erase(home, tmp_path / "work")
    found = content.search_files(content.files_of(home.landing), lines.search_for(ANN))
    assert found.traces == ()
    held = str(
        home.rows("from raw.events")
        + home.rows("from raw.rejected_events")
        + home.rows("from raw.customers")
    )
    assert not any(text.decode() in others_left_out(held) for text in TEXTS)
    assert home.rows("select customer from raw.online_retail") == [("17851",)]
    assert len(home.rows("from ops.ledger")) == 1
    assert of_others(home) == before


def test_rows_still_add_up_and_nothing_is_loaded_again(home, tmp_path):
    erase(home, tmp_path / "work")
    assert home.ingest().files == 0
    assert home.rows("select count(*) from raw.loaded_files where error like 'changed%'") == [(0,)]


def test_a_rebuild_from_the_rewritten_files_gives_the_same_tables(home, tmp_path):
    erase(home, tmp_path / "work")
    other = Home(tmp_path / "again")
    (tmp_path / "again").mkdir(exist_ok=True)
    home.landing.rename(tmp_path / "again" / "landing")
    other.ingest(loaded_at=CLOCK)
    assert state(other.connection) == state(home.connection)
    other.connection.close()


def test_lines_keep_their_places(home, tmp_path):
    before = dict(home.rows("select message_id, (file, line)::varchar from raw.events"))
    erase(home, tmp_path / "work")
    after = dict(home.rows("select message_id, (file, line)::varchar from raw.events"))
    assert {key: before[key] for key in after} == after


@pytest.mark.parametrize("moment", ["planned", "applied", "half renamed"])
def test_it_may_be_killed_at_any_moment_and_done_again(home, tmp_path, moment, monkeypatch):
    folder = tmp_path / "work"
    if moment == "planned":
        landing.plan(folder, home.landing, SOURCES, lines.search_for(ANN), {})
    elif moment == "applied":
        erase(home, folder, puts=False)
    else:
        changes = erase(home, folder, puts=False)
        landing.put(folder, home.landing, changes[:2])
    erase(home, folder)
    assert home.ingest().files == 0
    found = content.search_files(content.files_of(home.landing), lines.search_for(ANN))
    assert found.traces == ()
    assert json.loads((folder / landing.PLAN).read_text())
