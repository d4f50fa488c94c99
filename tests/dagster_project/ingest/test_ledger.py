"""What the platform did comes back as rows of a table of its own."""

from datetime import datetime

from dagster_project.ingest import ingestion
from edge import ledger
from tests.dagster_project.ingest.homes import CLOCK, lines

AT = "2026-01-01T00:00:00.123456Z"


def test_each_entry_is_a_row_and_no_event(home):
    name = home.record(
        {"kind": "build", "recorded_at": AT, "payload": {"rules": {"a": 1}}},
        {"kind": "consent", "recorded_at": "2026-01-01T02:00:00+02:00", "customer_id": "c1"},
    )
    home.ingest()
    assert home.rows("select file, line, kind, recorded_at, payload from ops.ledger") == [
        (name, 1, "build", datetime.fromisoformat(AT[:-1]), '{"rules":{"a":1}}'),
        (
            name,
            2,
            "consent",
            datetime.fromisoformat("2026-01-01"),
            '{"kind": "consent", "recorded_at": "2026-01-01T02:00:00+02:00", "customer_id": "c1"}',
        ),
    ]
    assert home.message_ids() == []
    assert home.file(name)["rows_stored"] == 2


def test_what_the_ledger_s_writer_writes_is_read(home):
    entries = [{"segment": "loyal", "size": 5}, {"segment": "loyal", "size": 5}]
    home.landing.mkdir()
    ledger.append(home.landing, "build", entries, CLOCK)
    home.ingest()
    assert home.rows("select kind, payload ->> 'segment', recorded_at from ops.ledger") == [
        ("build", "loyal", CLOCK),
        ("build", "loyal", CLOCK),
    ]


def test_lines_that_are_no_entries_are_rejected(home):
    home.record(
        {"recorded_at": AT},
        {"kind": 5, "recorded_at": AT},
        {"kind": "", "recorded_at": AT},
        {"kind": "build"},
        {"kind": "build", "recorded_at": "soon"},
        ["kind"],
        {"kind": "build", "recorded_at": AT},
    )
    home.ingest()
    assert home.reasons() == {
        1: "kind: missing",
        2: "kind: not a string",
        3: "kind: empty",
        4: "recorded_at: not an ISO 8601 time",
        5: "recorded_at: not an ISO 8601 time",
        6: "malformed JSON",
    }
    assert home.rows("select line from ops.ledger") == [(7,)]


def test_the_ledger_can_be_read_alone(home):
    home.put("a.jsonl", lines(1))
    home.record({"kind": "delivery", "recorded_at": AT})
    home.ingest(kinds=["ledger"])
    assert home.rows("select count(*) from ops.ledger") == [(1,)]
    assert home.message_ids() == []
    home.ingest()
    assert home.message_ids() == ["m1"]


def test_the_ledger_is_no_source(home):
    home.record({"kind": "build", "recorded_at": AT})
    ingestion.ingest(
        home.connection, landing=home.landing, sources=ingestion.Sources(), loaded_at=CLOCK
    )
    assert home.rows("from raw.sources") == []
