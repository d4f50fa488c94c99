"""What else names a person is mended file by file, and deleted rows leave no pages."""

import gzip
import sqlite3

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.privacy import remains
from dagster_project.warehouse import connect
from edge.privacy import content
from edge.privacy.lines import search_for
from edge.privacy.subjects import Name, Subject

CUSTOMER, OTHER = "c" + "a" * 24, "c" + "b" * 24
ANN = search_for(Subject((CUSTOMER,), frozenset({Name("", "email", "ann@example.com")})))


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def scrubbed(settings):
    traces = content.search_files(content.files_of(settings.home), ANN).traces
    counts = remains.scrub(settings, traces, ANN)
    assert content.search_files(content.files_of(settings.home), ANN).traces == ()
    return counts


def test_rows_of_the_person_go_and_others_stay_to_the_letter(settings):
    csv = write(settings.exports / "a.csv", f"id,mail\n{CUSTOMER},x\n{OTHER},y\r\n".encode())
    zipped = write(
        settings.exports / "b.jsonl.gz", gzip.compress(f'{{"id":"{CUSTOMER}"}}\n{{}}\n'.encode())
    )
    csv.chmod(0o600)
    stays = settings.reports / "stays.parquet"
    stays.parent.mkdir(parents=True)
    pq.write_table(pa.table({"customer_id": [CUSTOMER, OTHER], "n": [1, 2]}), stays)
    assert scrubbed(settings) == {"exports": 2, "reports": 1}
    assert csv.read_bytes() == f"id,mail\n{OTHER},y\r\n".encode()
    assert csv.stat().st_mode & 0o777 == 0o600
    assert gzip.decompress(zipped.read_bytes()) == b"{}\n"
    assert pq.read_table(stays).to_pylist() == [{"customer_id": OTHER, "n": 2}]


def test_a_mention_in_a_text_is_taken_out(settings):
    page = write(settings.reports / "page.html", f"<b>{CUSTOMER}</b> and {OTHER}".encode())
    assert scrubbed(settings) == {"reports": 1}
    assert page.read_text() == f"<b>erased</b> and {OTHER}"


def test_a_log_of_runs_keeps_its_rows_and_no_page_of_before(settings):
    path = settings.dagster_home / "runs.db"
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as log:
        log.execute("create table events (body text, n integer)")
        bodies = [(f"of ann@example.com {'x' * 3000}", n) for n in range(20)]
        log.executemany("insert into events values (?, ?)", [*bodies, ("other", 99)])
    assert scrubbed(settings) == {"databases of runs": 1}
    with sqlite3.connect(path) as log:
        assert log.execute("select count(*), max(n) from events").fetchall() == [(21, 99)]
        assert log.execute(
            "select count(*) from events where body like 'of erased %'"
        ).fetchall() == [(20,)]


def test_a_target_is_pending_while_its_state_holds_the_person(settings):
    settings.activation.mkdir(parents=True)
    for name, customer in (("crm", CUSTOMER), ("ads", OTHER)):
        with duckdb.connect(str(settings.activation / f"{name}.duckdb")) as state:
            state.execute("create table acknowledged (segment varchar, customer_id varchar)")
            state.execute("insert into acknowledged values ('s', ?)", [customer])
    assert remains.pending_targets(settings.activation, [CUSTOMER]) == ["crm"]


def test_firings_of_triggers_are_forgotten(settings):
    settings.activation.mkdir(parents=True)
    with duckdb.connect(str(settings.activation / "triggers.duckdb")) as state:
        state.execute("create table firings (customer_id varchar)")
        state.execute("insert into firings values (?), (?)", [CUSTOMER, OTHER])
    assert remains.forget_firings(settings.activation, [CUSTOMER]) == 1
    remains.compact_states(settings.activation)
    with duckdb.connect(str(settings.activation / "triggers.duckdb")) as state:
        assert state.execute("from firings").fetchall() == [(OTHER,)]


def test_deleted_rows_leave_pages_until_the_file_is_copied(settings):
    settings.home.mkdir(parents=True)
    with duckdb.connect(str(settings.warehouse)) as warehouse:
        warehouse.execute("create schema marts")
        warehouse.execute("create table marts.held as select ? as customer_id", [CUSTOMER])
        warehouse.execute("create table marts.kept as select ? as customer_id", [OTHER])
        warehouse.execute("create view marts.seen as select * from warehouse.marts.kept")
        warehouse.execute("checkpoint")
        warehouse.execute("delete from marts.held")
    assert CUSTOMER.encode() in settings.warehouse.read_bytes()
    remains.compact(settings.warehouse, lambda path: connect(path, settings))
    assert CUSTOMER.encode() not in settings.warehouse.read_bytes()
    with duckdb.connect(str(settings.warehouse), read_only=True) as warehouse:
        assert warehouse.execute("from marts.seen").fetchall() == [(OTHER,)]
        assert warehouse.execute("from marts.held").fetchall() == []


@pytest.mark.parametrize("is_same", [True, False])
def test_copies_of_landing_files_elsewhere_follow_them(settings, is_same):
    from dagster_project.privacy.landing import Change
    from edge.privacy import lines

    copy = write(settings.home / "demo" / "a.jsonl", b"before" if is_same else b"others")
    now = write(settings.landing / "shop" / "1-a.jsonl", b"now")
    (settings.home / "before").write_bytes(b"before")
    before = lines.digest(settings.home / "before")
    (settings.home / "before").unlink()
    change = Change("shop", "1-a.jsonl", 1, "events", before, lines.digest(now), 3, 6, (1,), ())
    assert remains.replace_copies(settings.home, settings.landing, [change]) == int(is_same)
    assert copy.read_bytes() == (b"now" if is_same else b"others")
