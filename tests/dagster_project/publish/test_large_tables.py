import pytest

from edge.published import NothingPublishedError, open_newest, query
from tests.dagster_project.publish.shop import make, publish_home


def rows(home, sql):
    return query(home / "published", sql).rows


def test_a_large_table_stands_in_parquet_alone_and_is_read_like_any_other(home):
    change = "create table ml.counts as select i::hugeint as number from range(200) as t (i)"
    published = publish_home(home, "b1", change, large_rows=200)

    views = rows(
        home,
        "select schema_name || '.' || view_name from duckdb_views() "
        "where schema_name in ('marts', 'features', 'ml')",
    )
    assert {name for (name,) in views} == {
        "features.ftr_customers",
        "marts.dim_customers",
        "marts.dim_visitors",
        "marts.dim_consent_status",
        "marts.fct_events",
        "marts.fct_sessions",
        "ml.customer_clusters",
    }
    assert rows(home, "select count(*) from conditions.seg_loyal where is_member") == [(50,)]
    # Parquet has no integers so long: that table is copied
    found = rows(home, "select typeof(number), count(*) from ml.counts group by all")
    assert found == [("HUGEINT", 200)]
    assert published.rows["ml.counts"] == 200


def test_large_tables_stand_in_parquet_alone_in_a_folder_named_like_a_partition_too(tmp_path):
    home = tmp_path / "env=prod"
    make(home)
    publish_home(home, "b1", large_rows=200)
    found = rows(home, "select view_name from duckdb_views() where schema_name = 'features'")
    assert found == [("ftr_customers",)]


def test_who_reads_large_tables_of_a_moved_home_is_told_what_to_do(home):
    publish_home(home, "b1", large_rows=1)
    moved = home.rename(home.with_name("moved"))

    def read():
        with open_newest(moved / "published") as (_, connection):
            connection.execute("from conditions.seg_loyal").fetchall()

    with pytest.raises(NothingPublishedError, match=r"moved from .*: tessera run refresh_segments"):
        read()
    publish_home(moved, "b1", large_rows=1)
    read()
