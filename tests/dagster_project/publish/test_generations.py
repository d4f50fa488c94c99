import json
import stat
from datetime import date, timedelta

import duckdb
import pytest

from dagster_project.publish import relations
from edge.published import (
    MANIFEST,
    held,
    newest,
    open_read_only,
    query,
)
from tests.dagster_project.publish.shop import NOW, opened, publish_home

SAME_ROW_AGAIN = """
insert into intermediate.int_events_sessionized
select * replace ('late' as message_id, timestamp '2026-03-02' as known_at)
from intermediate.int_events_sessionized
where message_id = 'm1'
"""


def rows(home, sql):
    return query(home / "published", sql).rows


def files(home):
    return sorted(path.name for path in (home / "published").iterdir())


def snapshot(folder):
    return {
        str(path.relative_to(folder)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
    }


def test_a_generation_holds_every_public_table_and_its_views_of_days(home):
    published = publish_home(home, "b1")

    with opened(home) as connection:
        expected = dict(
            connection.execute(
                "select schema_name || '.' || table_name, estimated_size from duckdb_tables() "
                "where schema_name in ('marts', 'features', 'ml', 'segments', 'activation')"
            ).fetchall()
        )
    private = {"marts.dim_customer_contacts", "marts.dim_customer_identifiers"}
    assert private < set(expected)
    for table in set(expected) - private:
        assert rows(home, f"select count(*) from {table}") == [(expected[table],)], table
        assert published.rows[table] == expected[table]
        folder = published.generation.parquet.joinpath(*table.split("."))
        parquet = folder / "*" / "*" if folder.is_dir() else folder.with_suffix(".parquet")
        assert len(duckdb.read_parquet(str(parquet))) == expected[table]
    assert rows(home, "select count(*), count(distinct event_date) from marts.fct_events") == [
        (2000, 20)
    ]
    assert rows(home, "select count(*) from conditions.seg_loyal where is_member") == [(50,)]
    assert rows(home, "select reason, lines from ops.rejections") == [("not an object", 1)]


def test_views_of_conditions_stay_views_and_one_that_reads_a_private_table_becomes_a_table(home):
    publish_home(
        home,
        "b1",
        "insert into segments.dim_segments values ('odd', 'ads', 1, 'active', []);"
        "create view conditions.seg_odd as select customer_id, true as is_member "
        "from warehouse.intermediate.int_moments_evaluated, warehouse.marts.dim_customers",
    )

    views = rows(home, "select view_name from duckdb_views() where schema_name = 'conditions'")
    assert sorted(views) == [("seg_cart_abandoners",), ("seg_loyal",)]
    assert rows(home, "select count(*) from conditions.seg_odd") == [(200,)]


def test_what_a_removed_segment_left_behind_is_not_published(home):
    publish_home(
        home,
        "b1",
        """
        create view conditions.seg_old as select monetary from warehouse.features.ftr_customers;
        create table segments.seg_old as select 'c001' as customer_id;
        alter table features.ftr_customers rename monetary to spent;
        delete from segments.dim_segments where segment = 'loyal';
        """,
    )
    found = rows(home, "select distinct table_name from duckdb_columns() where not internal")
    names = {row[0] for row in found}
    assert "seg_cart_abandoners" in names
    assert names.isdisjoint({"seg_old", "seg_loyal"})


def test_the_manifest_says_what_was_published(home):
    generation = publish_home(home, "b1").generation
    manifest = json.loads((generation.path / MANIFEST).read_text())

    assert manifest["build_id"] == "b1"
    assert manifest["as_of"] == "2026-01-21T00:00:00"
    assert manifest["tables"]["marts.dim_customers"]["rows"] == 200
    assert manifest["tables"]["marts.fct_events"]["rows"] == 2000
    assert {name: len(marks) for name, marks in manifest["days"].items()} == {
        "marts.fct_events": 20,
        "marts.fct_sessions": 4,  # weeks
    }
    assert newest(home / "published") == generation


def test_the_same_build_again_changes_nothing(home):
    publish_home(home, "b1")
    before = snapshot(home / "published")

    again = publish_home(home, "b1", now=NOW + timedelta(days=1))

    assert not again.is_new
    assert snapshot(home / "published") == before


def test_unchanged_days_are_linked_and_the_changed_one_is_written(home):
    first = publish_home(home, "b1").generation
    second = publish_home(home, "b2", SAME_ROW_AGAIN)

    assert (second.days_written, second.days_linked) == (1, 23)
    events = "marts/fct_events"
    days = sorted(path.name for path in (second.generation.parquet / events).iterdir())
    shared = {
        day: (first.parquet / events / day / "data_0.parquet").samefile(
            second.generation.parquet / events / day / "data_0.parquet"
        )
        for day in days
    }
    assert [day for day, is_shared in shared.items() if not is_shared] == ["event_date=2026-01-01"]
    assert rows(home, "select count(*) from marts.fct_events") == [(2001,)]
    assert rows(home, "select message_id from marts.fct_events where message_id = 'late'")


def test_a_removed_event_is_gone_though_nothing_of_its_day_was_written(home):
    publish_home(home, "b1")
    removed = publish_home(
        home, "b2", "delete from intermediate.int_events_sessionized where message_id = 'm5'"
    )

    assert (removed.days_written, removed.days_linked) == (1, 23)
    assert rows(home, "select count(*) from marts.fct_events where message_id = 'm5'") == [(0,)]


def test_other_rules_or_columns_write_every_day_again(home):
    publish_home(home, "b1")
    assert publish_home(home, "b2", rules="others").days_linked == 0
    wider = publish_home(
        home,
        "b3",
        "create or replace view marts.fct_events as "
        "select *, 1 as extra from warehouse.intermediate.int_events_sessionized",
        rules="others",
    )
    assert wider.days_linked == 4  # weeks of the sessions, which are as wide as before
    assert rows(home, "select sum(extra) from marts.fct_events") == [(2000,)]


def test_only_the_weeks_of_changed_sessions_are_written_again(home):
    publish_home(home, "b1")
    second = publish_home(
        home, "b2", "update marts.fct_sessions set page_views = 777 where session_id = 's3'"
    )

    assert (second.days_written, second.days_linked) == (1, 23)
    assert rows(
        home, "select page_views, started_week from marts.fct_sessions where page_views = 777"
    ) == [(777, date(2025, 12, 29))]


def test_an_ingredient_of_the_features_is_published_only_through_them(home):
    sql = """
        create table features.ftr_rfm as select 'c001' as customer_id, 5 as r_score;
        create view conditions.seg_few as
        select customer_id, r_score = 5 as is_new from warehouse.features.ftr_rfm;
        create table segments.seg_few as select customer_id from conditions.seg_few;
        insert into segments.dim_segments by name (select 'few' as segment);
    """
    published = publish_home(home, "b1", sql)
    assert "features.ftr_rfm" not in published.rows
    with duckdb.connect(str(published.generation.warehouse), read_only=True) as connection:
        assert connection.execute("select is_new from conditions.seg_few").fetchall() == [(True,)]


def test_a_feature_that_is_a_view_stays_one(home):
    view = "create view features.ftr_spent as select monetary from warehouse.features.ftr_customers"
    publish_home(home, "b1", view)

    found = rows(home, "select view_name from duckdb_views() where schema_name = 'features'")
    assert found == [("ftr_spent",)]
    assert rows(home, "select count(*) from features.ftr_spent") == [(200,)]


def test_days_are_compared_by_content_where_nothing_says_when_they_were_written(home):
    publish_home(home, "b1", "alter table intermediate.int_events_sessionized drop known_at")
    second = publish_home(
        home,
        "b2",
        "update intermediate.int_events_sessionized set product_id = 'p2' where message_id = 'm1'",
    )

    assert (second.days_written, second.days_linked) == (1, 23)


def test_a_table_that_did_not_change_shares_its_parquet_file(home):
    first = publish_home(home, "b1").generation
    second = publish_home(
        home, "b2", "update marts.dim_customers set country = 'IT' where customer_id = 'c001'"
    ).generation

    def is_shared(table):
        return (first.parquet / table).samefile(second.parquet / table)

    assert is_shared("marts/dim_products.parquet")
    assert not is_shared("marts/dim_customers.parquet")


def test_a_generation_without_events_has_an_empty_table_of_them(home):
    publish_home(home, "b1", "delete from intermediate.int_events_sessionized")
    assert rows(home, "select count(*) from marts.fct_events") == [(0,)]


def test_tables_that_do_not_exist_yet_are_simply_not_there(home):
    published = publish_home(
        home,
        "b1",
        "drop view marts.fct_events; drop schema ml cascade; drop table raw.loaded_files",
    )
    assert not [name for name in published.rows if name.startswith(("ml.", "marts.fct_events"))]
    with pytest.raises(duckdb.CatalogException):
        rows(home, "from marts.fct_events")


def test_names_sort_by_publication_even_if_the_clock_goes_back(home):
    first = publish_home(home, "b1").generation
    second = publish_home(home, "b2", now=NOW - timedelta(days=400)).generation
    third = publish_home(home, "b3", now=NOW + timedelta(days=1)).generation

    assert first.name < second.name < third.name
    assert newest(home / "published") == third


def test_old_generations_go_but_never_the_newest_or_one_that_is_read(home):
    names = [publish_home(home, f"b{number}").generation.name for number in range(3)]
    read = newest(home / "published")
    with held(read):
        names += [publish_home(home, f"c{number}").generation.name for number in range(4)]
        assert files(home) == [read.name, *names[-3:], "LATEST"]
    last = publish_home(home, "d", keep=1)

    assert files(home) == [last.generation.name, "LATEST"]


def test_a_reader_keeps_its_generation_while_new_ones_are_published_and_pruned(home):
    generation = publish_home(home, "b1", keep=1).generation
    with open_read_only(generation) as connection:
        first = connection.execute("select count(*) from marts.fct_events").fetchall()
        for number in range(3):
            publish_home(home, f"c{number}", SAME_ROW_AGAIN, keep=1)
        assert connection.execute("select count(*) from marts.fct_events").fetchall() == first
        assert connection.execute("select count(*) from marts.dim_customers").fetchall() == [(200,)]
    publish_home(home, "d", keep=1)

    assert not generation.path.exists()
    assert rows(home, "select count(*) from marts.fct_events") == [(2003,)]


def test_a_publication_that_fails_leaves_the_old_generation_and_no_rubbish(home):
    before = publish_home(home, "b1").generation
    with pytest.raises(ValueError, match=r"marts.dim_customers has email.*nothing was published"):
        publish_home(home, "b2", "alter table marts.dim_customers add column email varchar")

    assert newest(home / "published") == before
    assert files(home) == [before.name, "LATEST"]
    fixed = publish_home(home, "b3", "alter table marts.dim_customers drop email")
    assert fixed.is_new


def test_a_copy_that_fails_beside_the_parquet_files_fails_the_publication(home, monkeypatch):
    before = publish_home(home, "b1").generation

    def full(*_):
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(relations, "copy", full)
        with pytest.raises(OSError, match="no space left"):
            publish_home(home, "b2", SAME_ROW_AGAIN)

    assert newest(home / "published") == before
    assert files(home) == [before.name, "LATEST"]
    assert publish_home(home, "b3").days_written == 1


def test_the_views_of_a_moved_home_find_their_files_after_the_next_publication(home):
    publish_home(home, "b1")
    moved = home.rename(home.with_name("moved"))
    again = publish_home(moved, "b1")

    assert again.is_new
    assert again.days_linked == 24
    assert rows(moved, "select count(*) from marts.fct_events") == [(2000,)]


def test_contacts_are_for_their_owner_only(home):
    generation = publish_home(home, "b1").generation

    assert stat.S_IMODE(generation.contacts.stat().st_mode) == 0o600
    with open_read_only(generation, contacts=True) as connection:
        found = connection.execute("select count(*) from contacts.marts.dim_customer_contacts")
        assert found.fetchall() == [(200,)]
        found = connection.execute("select count(*) from contacts.marts.dim_customer_identifiers")
        assert found.fetchall() == [(200,)]


def test_no_contact_data_is_in_any_decoded_file_but_contacts(home):
    generation = publish_home(home, "b1").generation
    searched = 0
    for path in sorted(generation.path.rglob("*")):
        if path == generation.contacts or path.is_dir():
            continue
        if path.suffix == ".duckdb":
            texts = _texts_of_database(path)
        elif path.suffix == ".parquet":
            texts = [str(duckdb.read_parquet(str(path)).fetchall())]
        else:
            texts = [path.read_text()]
        for text in texts:
            searched += len(text)
            assert "private.example" not in text, path
            assert "+4930" not in text, path
            assert "login-" not in text, path
    assert searched > 100_000


def _texts_of_database(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select distinct schema_name, table_name from duckdb_columns() where not internal"
        ).fetchall()
        assert len(tables) > 10
        for schema, table in tables:
            yield str(connection.execute(f'select * from "{schema}"."{table}"').fetchall())


def test_contacts_are_published_only_where_asked_for_and_go_when_no_longer_asked_for(home):
    assert not publish_home(home, "b1", with_contacts=False).generation.contacts.exists()
    assert publish_home(home, "b1").generation.contacts.exists()
    assert not publish_home(home, "b1", with_contacts=False).generation.contacts.exists()


def test_keep_must_be_at_least_one(home):
    with pytest.raises(ValueError, match="keep must be at least 1, got 0"):
        publish_home(home, "b1", keep=0)
