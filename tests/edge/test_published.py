import socket
import threading
from pathlib import Path

import duckdb
import pytest

from edge.published import (
    MANIFEST,
    Generation,
    NothingPublishedError,
    RefusedQueryError,
    held,
    newest,
    open_newest,
    query,
)
from tests.dagster_project.publish import shop

SECRET = "the-content-of-a-private-file"
VISITORS_LESS_EVENTS = (
    "select count(*) - (select count(*) from marts.fct_events) from marts.dim_visitors"
)
ONE_SELECT = "only one SELECT statement"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home with one generation, that tests only read."""
    home = tmp_path_factory.mktemp("published") / "home"
    shop.make(home)
    shop.publish_home(home, "b1")
    return home


@pytest.fixture
def published(home):
    return home / "published"


@pytest.fixture
def private(tmp_path):
    """Return a file that no query may read."""
    path = tmp_path / "private.csv"
    path.write_text(f"secret\n{SECRET}\n")
    return path


def snapshot(folder):
    return {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


def test_a_query_returns_columns_types_and_rows_in_the_order_it_asked_for(published):
    result = query(
        published,
        "select customer_id, monetary from features.ftr_customers order by 2 desc limit 2",
    )
    assert result.columns == ("customer_id", "monetary")
    assert result.types == ("VARCHAR", "INTEGER")
    assert result.rows == [("c199", 199), ("c198", 198)]
    assert not result.is_cut


def test_a_limit_cuts_and_says_so(published):
    result = query(published, "from marts.dim_customers order by customer_id", limit=3)
    assert [row[0] for row in result.rows] == ["c000", "c001", "c002"]
    assert result.is_cut
    assert not query(published, "select 1 as one", limit=1).is_cut


@pytest.mark.parametrize(
    "sql",
    [
        "select 1;",
        "with one as (select 1 as n) select n from one",
        "from marts.dim_products",
        "table marts.dim_products",
        "values (1)",
        "describe marts.dim_customers",
        "summarize marts.dim_products",
        "show all tables",
        "show tables",
        "from dim_segments",
        "select * from range(3)",
        "select unnest([1, 2])",
        "select * from generate_series(1, 3)",
        "select count(*) from marts.fct_events where event_date = '2026-01-03'",
        "select * from duckdb_tables()",
        "select table_name from information_schema.tables",
        "pivot marts.dim_customers on country in ('FR', 'DE') using count(*)",
        "select 'read_csv(''/etc/passwd'')' as text -- ; drop table marts.dim_customers",
    ],
)
def test_one_select_is_answered(published, sql):
    assert query(published, sql).rows


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("", "got 0"),
        ("-- only a comment", "got 0"),
        ("selec 1", "syntax error"),
        ("select 1; select 2", "got 2"),
        ("select 1; drop table marts.dim_customers", ONE_SELECT),
        ("insert into marts.dim_products values ('p', 'x', 1)", ONE_SELECT),
        ("update marts.dim_products set price = 0", ONE_SELECT),
        ("delete from marts.dim_products", ONE_SELECT),
        ("create table marts.mine as select 1", ONE_SELECT),
        ("create temp table mine as select 1", ONE_SELECT),
        ("drop table marts.dim_products", ONE_SELECT),
        ("set memory_limit = '100GB'", ONE_SELECT),
        ("reset enable_external_access", ONE_SELECT),
        ("pragma database_list", ONE_SELECT),
        ("pragma table_info('marts.dim_products')", ONE_SELECT),
        ("call pragma_version()", ONE_SELECT),
        ("explain select 1", ONE_SELECT),
        ("attach '{private}' as stolen", ONE_SELECT),
        ("detach warehouse", ONE_SELECT),
        ("use memory", ONE_SELECT),
        ("install httpfs", ONE_SELECT),
        ("load httpfs", ONE_SELECT),
        ("copy marts.dim_products to '{folder}/out.csv'", ONE_SELECT),
        ("copy (select 1) to '{folder}/out.parquet'", ONE_SELECT),
        ("export database '{folder}/dump'", ONE_SELECT),
        ("import database '{folder}'", ONE_SELECT),
        ("checkpoint", ONE_SELECT),
        ("begin", ONE_SELECT),
        ("prepare stolen as select 1", ONE_SELECT),
        ("create secret (type s3)", ONE_SELECT),
        ("select * from read_csv('{private}')", "read_csv is not allowed"),
        ("select * from read_text('{private}')", "read_text is not allowed"),
        ("select * from read_parquet('{parquet}/marts/dim_customers.parquet')", "not allowed"),
        ("select * from glob('/*')", "glob is not allowed"),
        ("select * from sniff_csv('{private}')", "sniff_csv is not allowed"),
        ("select * from query('select 1')", "query is not allowed"),
        ("select * from query_table('marts.dim_products')", "query_table is not allowed"),
        ("select * from duckdb_secrets()", "duckdb_secrets is not allowed"),
        ("select * from duckdb_settings()", "duckdb_settings is not allowed"),
        ("select * from enable_logging(storage = 'file')", "enable_logging is not allowed"),
        ("select * from pandas_scan(null)", "pandas_scan is not allowed"),  # would crash us
        ("select * from PANDAS_SCAN(null)", "pandas_scan is not allowed"),
        ("describe select * from pandas_scan(null)", "pandas_scan is not allowed"),
        ("with x as (from pandas_scan(null)) select 1", "pandas_scan is not allowed"),
        ("select 1 where exists (from pandas_scan(null))", "pandas_scan is not allowed"),
        ("select * from checkpoint()", "checkpoint is not allowed"),
    ],
)
def test_anything_else_is_refused_with_a_reason(published, private, tmp_path, sql, reason):
    parquet = newest(published).parquet
    before, beside = snapshot(published), snapshot(tmp_path)
    filled = sql.format(private=private, folder=tmp_path, parquet=parquet)
    with pytest.raises(RefusedQueryError, match=reason):
        query(published, filled)
    assert snapshot(published) == before
    assert snapshot(tmp_path) == beside


@pytest.mark.parametrize(
    "sql",
    [
        "select * from '{private}'",
        "select * from '{generation}/contacts.duckdb'",
        "select * from '{generation}/parquet/../contacts.duckdb'",
        "select * from '{generation}/manifest.json'",
        "describe '{private}'",
        "select * from 'https://127.0.0.1:{port}/x.csv'",
        "select * from 's3://bucket/x.parquet'",
        "select getenv('HOME')",
        "select * from contacts.marts.dim_customer_contacts",
        "select * from marts.dim_customer_contacts",
        "select * from marts.dim_customer_identifiers",
        "select * from raw.events",
        "select * from python_variable",
    ],
)
def test_files_network_environment_and_contacts_are_out_of_reach(published, private, sql):
    python_variable = duckdb.sql("select 'a variable of ours'")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        generation = newest(published).path
        with pytest.raises(duckdb.Error) as refused:
            query(published, sql.format(private=private, generation=generation, port=port))
        with pytest.raises(BlockingIOError):
            server.accept()
    assert SECRET not in str(refused.value)
    assert python_variable is not None


def test_settings_are_locked_for_the_query(published):
    settings = "enable_external_access", "lock_configuration", "python_enable_replacements"
    for name in settings:
        (row,) = query(published, f"select current_setting('{name}')").rows
        assert row[0] is (name == "lock_configuration"), name


def test_a_query_that_needs_too_much_memory_fails_and_hurts_nobody(published):
    with pytest.raises(duckdb.Error):
        query(
            published,
            "select list(i || 'padding' order by i desc) from range(3000000) as numbers (i)",
            memory_limit="32MB",
        )
    assert query(published, "select 1 as one").rows == [(1,)]


def test_a_query_leaves_nothing_behind(published, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = snapshot(published)
    query(published, "select count(*) from marts.fct_events")
    assert list(tmp_path.iterdir()) == []
    assert snapshot(published) == before


def test_nothing_published_yet_says_what_to_do(tmp_path):
    with pytest.raises(NothingPublishedError, match="tessera run refresh_segments"):
        query(tmp_path / "published", "select 1")


def test_a_home_that_was_moved_says_what_to_do_and_is_mended_by_it(tmp_path):
    shop.make(tmp_path / "home")
    shop.publish_home(tmp_path / "home", "b1")
    moved = (tmp_path / "home").rename(tmp_path / "moved")

    with pytest.raises(NothingPublishedError, match="moved from .*: tessera run refresh_segments"):
        query(moved / "published", "from marts.fct_events")
    shop.publish_home(moved, "b1")
    assert query(moved / "published", "select count(*) > 0 from marts.fct_events").rows == [(True,)]


def test_many_readers_in_one_process_read_at_once(published):
    answers = []

    def read():
        answers.append(query(published, "select count(*) from marts.dim_customers").rows)

    threads = [threading.Thread(target=read) for _ in range(6)]
    with open_newest(published) as (_, connection):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert connection.execute("select count(*) from marts.dim_customers").fetchall() == [(200,)]
    assert answers == [[(200,)]] * 6


def test_readers_are_never_disturbed_while_generations_come_and_go(tmp_path):
    home = tmp_path / "home"
    shop.make(home)
    shop.publish_home(home, "b", keep=1)
    seen, stop, failures = set(), threading.Event(), []

    def read():
        while not stop.is_set():
            try:
                seen.update(query(home / "published", VISITORS_LESS_EVENTS).rows)
            except Exception as error:  # noqa: BLE001 - any failure is one
                failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(6):
        shop.publish_home(
            home,
            f"b{number}",
            f"delete from intermediate.int_events_sessionized where message_id = 'm{number}';"
            f"delete from marts.dim_visitors where visitor_id = 'v{number}'",
            keep=1,
        )
    stop.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert seen == {(-1800,)}  # 200 visitors less 2000 events: each generation takes one of both


def test_a_held_generation_that_was_pruned_is_not_read(tmp_path):
    home = tmp_path / "home"
    shop.make(home)
    old = shop.publish_home(home, "b1", keep=1).generation
    shop.publish_home(home, "b2", keep=1)
    with pytest.raises(FileNotFoundError), held(old):
        pass


def test_a_generation_pruned_between_opening_and_holding_it_is_not_read(tmp_path, monkeypatch):
    generation = Generation(tmp_path / "generation")
    generation.path.mkdir()
    manifest = generation.path / MANIFEST
    manifest.write_text("{}")
    monkeypatch.setattr("edge.published.fcntl.flock", lambda *_: manifest.unlink())
    with pytest.raises(FileNotFoundError, match="generation was pruned"), held(generation):
        pass


def test_the_newest_generation_is_named_by_a_file(published):
    assert newest(published).path == published / Path(published, "LATEST").read_text().strip()
