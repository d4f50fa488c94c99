"""Loaded bit by bit or all at once, together or file by file: the tables are the same."""

import json

from dagster_project.ingest import work
from tests.dagster_project.ingest.homes import CLOCK, SOURCES, Home, line, state

from dagster_project.ingest import ingestion  # isort: skip


def arrivals(day):
    """Return the files of one day: late, repeated and bad lines, of every kind of source."""
    events = [line(number, userId=f"u{number % 7}") for number in range(day * 20, day * 20 + 30)]
    bad = [b"nonsense", b"\xff", line("x", type="track ")]
    bare = line(0, messageId=None)
    csv = f"customer_number,email_address,plan\n1,a@x.com,{day % 2}\n2,b@x.com,gold\n"
    retail = (
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
        f"5000{day // 2},85123A,HEART,6,2010-12-0{day + 1},2.55,17850,UK\n" * 2
    )
    entry = {"kind": "build", "recorded_at": f"2026-01-0{day + 1}T00:00:00Z"}
    return [
        ("events.jsonl", b"\n".join([*events, *bad, bare, events[3]]), "shop"),
        ("app.jsonl", b"\n".join(events[::3]), "app"),
        ("same.jsonl", line("same"), "app"),
        ("crm.csv", csv.encode(), "crm"),
        ("retail.csv", retail.encode(), "online_retail"),
        (
            "weather.csv",
            b"city,date,condition,temperature_c\nParis,2026-01-02,rain,%d\n" % (day // 2),
            "weather",
        ),
        ("build.jsonl", json.dumps(entry).encode(), "tessera_ledger"),
    ]


def rebuilt(home, folder):
    """Return the state of a new warehouse over the same landing area."""
    other = Home(folder)
    ingestion.ingest(other.connection, landing=home.landing, sources=SOURCES, loaded_at=CLOCK)
    assert ingestion.conservation(other.connection) == []
    found = state(other.connection)
    other.connection.close()
    return found


def test_a_rebuild_equals_what_was_loaded_day_by_day(home, tmp_path, monkeypatch):
    for day in range(4):
        for name, content, source in arrivals(day):
            home.put(name, content, source)
            if day % 2:
                home.ingest()
        home.ingest()
    before = state(home.connection)
    assert all(count > 0 for count, _ in before.values())
    assert rebuilt(home, tmp_path / "at once") == before
    monkeypatch.setattr(work, "BATCH_BYTES", 1)
    assert rebuilt(home, tmp_path / "file by file") == before
