"""Segments: who is a member and why, what is registered of them, and what is refused."""

import shutil

import duckdb
import numpy as np
import pandas as pd
import pytest

from dagster_project.dbt_project import PROJECT_DIR
from tests.warehouse.conftest import Home
from tests.warehouse.feature_home import SEGMENTS, FeatureHome

AS_OF = pd.Timestamp("2026-04-01")
FILES = sorted((PROJECT_DIR / "models" / "segments").glob("seg_*.sql"))
SIZES = {
    "cart_abandoners": lambda c: (c["open_cart_items"] > 0) & (c["open_cart_idle_minutes"] > 30),
    "engaged_browsers": lambda c: (
        (c["sessions_30_days"] >= 3)
        & (c["product_views_30_days"] >= 15)
        & (c["orders_30_days"] == 0)
    ),
    "high_value_customers": lambda c: c["is_top_decile"],
    "lapsed_customers": lambda c: c["recency_days"] > 60,
    "lapsed_favourites": lambda c: (c["recency_days"] > 60) & (c["cluster"] == 1),
    "new_visitors": lambda c: (
        (c["days_since_first_seen"] <= 7) & (c["sessions_30_days"] > 0) & (c["orders"] == 0)
    ),
    "recent_buyers": lambda c: c["recency_days"] <= 30,
    "recent_viewers_without_purchase": lambda c: (
        (c["product_views_7_days"] > 0) & (c["orders_7_days"] == 0)
    ),
}


def some_customers(count: int = 400) -> pd.DataFrame:
    """Draw customers of whom each segment has some; whoever never ordered has no recency."""
    chance = np.random.default_rng(3)
    recency = chance.integers(0, 120, count).astype(float)
    recency[: count // 3] = np.nan
    orders = np.where(np.isnan(recency), 0, chance.integers(1, 5, count))
    idle = chance.integers(0, 90, count).astype(float)
    items = np.where(chance.random(count) < 0.5, 0, 2)
    return pd.DataFrame(
        {
            "customer_id": [f"c{number:03d}" for number in range(count)],
            "as_of": AS_OF,
            "is_known": np.arange(count) % 3 > 0,
            "recency_days": recency,
            "revenue": orders * 10.0,
            "is_top_decile": chance.random(count) < 0.1,
            "rfm_score": chance.integers(3, 15, count),
            "open_cart_items": items.astype(float),
            "open_cart_idle_minutes": np.where(items > 0, idle, np.nan),
            "sessions_30_days": chance.integers(0, 6, count),
            "product_views_7_days": chance.integers(0, 3, count),
            "product_views_30_days": chance.integers(0, 40, count),
            "orders_7_days": np.where(recency <= 7, 1, 0),
            "orders_30_days": np.where(recency <= 30, 1, 0),
            "orders": orders,
            "days_since_first_seen": chance.integers(0, 30, count),
        }
    )


def with_customers(home: FeatureHome, customers: pd.DataFrame, as_of: pd.Timestamp) -> None:
    """Put customers in the place of all features, at one moment."""
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("create schema if not exists features")
        connection.register("given", customers.drop(columns="cluster", errors="ignore"))
        connection.execute("create or replace table features.ftr_customers as select * from given")
    home.replace(
        {
            "intermediate.int_moments_evaluated": pd.DataFrame(
                {"as_of": [as_of], "known_at": [as_of + pd.Timedelta(hours=1)]}
            ),
            "marts.dim_customers": customers[["customer_id"]].assign(first_seen_at=as_of),
        }
    )


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    found = some_customers()
    # the second cluster spends more; a tenth has none
    found["cluster"] = np.where(found["revenue"] > 20, 1.0, 0.0)
    found.loc[::10, "cluster"] = np.nan
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory, manifest, customers) -> FeatureHome:
    home = FeatureHome(tmp_path_factory.mktemp("segments"), manifest)
    clusters = customers[["customer_id", "as_of", "cluster"]].dropna()
    delivery = {
        "target": "crm_files",
        "segment": "recent_buyers",
        "customer_id": "c1",
        "attempt": 2,
    }
    build = {"build_id": "b1", "as_of": "2026-04-01T00:00:00", "seed": 7, "files": [["a", "b"]]}
    payloads = pd.Series([delivery, build, build]).map(lambda found: str(found).replace("'", '"'))
    ledger = pd.DataFrame(
        {
            "file_number": 1,
            "line": [1, 2, 3],
            "kind": ["delivery", "build", "build"],
            "recorded_at": AS_OF,
            "payload": payloads,
            "loaded_at": AS_OF,
        }
    )
    home.fill({"ml.customer_clusters": clusters, "ops.ledger": ledger})
    with_customers(home, customers, AS_OF)
    home.run(SEGMENTS)
    return home


def test_the_oracle_knows_every_segment():
    assert {file.stem[4:] for file in FILES} == set(SIZES)


@pytest.mark.parametrize("segment", sorted(SIZES))
def test_members_are_those_for_whom_every_condition_holds(home, customers, segment):
    wanted = set(customers.loc[SIZES[segment](customers), "customer_id"])
    assert 0 < len(wanted) < len(customers)
    assert {
        row[0] for row in home.rows(f"select customer_id from segments.seg_{segment}")
    } == wanted
    listed = home.rows(
        f"select customer_id from segments.fct_segment_members where segment = '{segment}'"
    )
    assert sorted(row[0] for row in listed) == sorted(wanted)


@pytest.mark.parametrize("segment", sorted(SIZES))
def test_every_customer_has_an_answer_why_or_why_not(home, customers, segment):
    found = home.table(f"conditions.seg_{segment}", "customer_id")
    assert found["customer_id"].to_list() == customers["customer_id"].to_list()
    assert found["is_member"].dtype == bool
    types = home.rows(f"describe conditions.seg_{segment}")
    conditions = [row[0] for row in types if row[1] == "BOOLEAN" and row[0] != "is_member"]
    assert conditions
    holds = found[conditions].fillna(value=False).astype(bool).all(axis=1)
    assert (holds == found["is_member"]).all()
    values = [row[0] for row in types if row[1] != "BOOLEAN"]
    assert [row[0] for row in home.rows(f"describe segments.seg_{segment}")] == values
    assert set(values) > {"customer_id", "as_of"}


def test_each_segment_has_a_member_a_non_member_and_its_boundary_by_hand(home):
    tested = home.unit_tests(["path:models/segments"])
    assert tested >= {file.stem for file in FILES}


def test_segments_are_registered_with_what_their_file_says(home, customers):
    found = home.table("segments.dim_segments", "segment").set_index("segment")
    assert set(found.index) == set(SIZES)
    favourites = found.loc["lapsed_favourites"]
    assert favourites["description"] == (
        "Lapsed customers of the cluster that spends most: worth winning back."
    )
    assert favourites["parent"] == "lapsed_customers"
    assert list(found.loc["high_value_customers", "targets"]) == ["ads_files", "crm_files"]
    assert list(found.loc["new_visitors", "targets"]) == []
    for segment, row in found.iterrows():
        size = int(SIZES[segment](customers).sum())
        assert row["size"] == size
        assert row["share"] == pytest.approx(size / len(customers))
        assert row["status"] == ("active" if size >= 50 else "too_small")
    assert set(found["status"]) == {"active", "too_small"}


def test_a_segment_that_reads_clusters_says_so(home):
    found = dict(home.rows("select distinct segment, source from segments.fct_segment_members"))
    assert found.pop("lapsed_favourites") == "cluster"
    assert set(found.values()) == {"rule"}


def test_the_list_of_segments_is_complete():
    text = (PROJECT_DIR / "models" / "segments" / "fct_segment_members.sql").read_text()
    assert [file.stem for file in FILES if f"'{file.stem}'" not in text] == []


def test_acts_of_the_ledger_become_builds_and_deliveries(home):
    # a build that was recorded twice is one build
    assert home.rows("select build_id, as_of, seed from segments.fct_builds") == [("b1", AS_OF, 7)]
    assert home.rows(
        "select target, segment, customer_id, attempt from activation.fct_deliveries"
    ) == [("crm_files", "recent_buyers", "c1", 2)]


def test_conditions_can_be_read_in_a_copy_of_the_warehouse(home, tmp_path):
    (tmp_path / "original").mkdir()
    shutil.copy(home.warehouse, tmp_path / "original" / "warehouse.duckdb")
    (tmp_path / "published").mkdir()
    with duckdb.connect() as connection:
        original, published = tmp_path / "original", tmp_path / "published"
        connection.execute(f"attach '{original / 'warehouse.duckdb'}' as original (read_only)")
        connection.execute(f"attach '{published / 'warehouse.duckdb'}' as warehouse")
        for schema in ("features", "ml", "segments", "conditions"):
            connection.execute(f"create schema warehouse.{schema}")
        for table in ("features.ftr_customers", "ml.customer_clusters"):
            connection.execute(f"create table warehouse.{table} as from original.{table}")
        connection.execute("use warehouse")
        views = connection.execute(
            "select sql from duckdb_views() "
            "where database_name = 'original' and schema_name = 'conditions'"
        ).fetchall()
        assert len(views) == len(SIZES)
        for (view,) in views:
            connection.execute(view)
    shutil.rmtree(tmp_path / "original")
    with duckdb.connect(
        str(tmp_path / "published" / "warehouse.duckdb"), read_only=True
    ) as connection:
        for segment in SIZES:
            count = connection.execute(
                f"select count(*) from conditions.seg_{segment} where is_member"
            ).fetchone()
            assert count == home.rows(f"select count(*) from segments.seg_{segment}")[0]


def test_a_member_of_a_nested_segment_who_is_none_of_its_parent_fails_a_test(home, manifest):
    nested = Home(home.home, manifest)
    name = "assert_nested_members_are_members_of_the_parent"
    nested.dbt("test", "--select", name)
    table = "segments.fct_segment_members"
    held = home.table(table)
    home.replace({table: held[held["segment"] != "lapsed_customers"]})
    with pytest.raises(AssertionError, match="result"):
        nested.dbt("test", "--select", name)
    home.replace({table: held})


@pytest.fixture(scope="module")
def changed(home, customers) -> str:
    """Build a day later with one segment's file gone and three that cannot be segments."""
    folder = "models/segments"
    later = AS_OF + pd.Timedelta(days=1)
    with_customers(home, customers.assign(as_of=later), later)
    members = (PROJECT_DIR / folder / "fct_segment_members.sql").read_text()
    described = (PROJECT_DIR / folder / "_segments.yml").read_text()
    start = "{{ segment(owner='a@example.com', purpose='analytics') }} select customer_id, "
    source = " from {{ ref('ftr_customers') }}"
    return home.run_changed(
        ["path:models/segments"],
        {
            f"{folder}/seg_without_condition.sql": f"{start} as_of, orders {source}",
            f"{folder}/seg_without_moment.sql": f"{start} true as holds {source}",
            f"{folder}/seg_with_is_member.sql": f"{start} as_of, true as is_member {source}",
            f"{folder}/seg_new_visitors.sql": None,
            f"{folder}/fct_segment_members.sql": members.replace("    'seg_new_visitors',\n", ""),
            f"{folder}/_segments.yml": described[: described.index("unit_tests:")],
        },
    )


def test_what_cannot_be_a_segment_is_refused_by_the_name_of_its_file(changed, home):
    folder = "models/segments"
    assert f"{folder}/seg_without_condition.sql: no condition" in changed
    assert f"{folder}/seg_without_moment.sql: a segment selects customer_id and as_of" in changed
    assert f"{folder}/seg_with_is_member.sql: is_member is computed" in changed
    assert "seg_with" not in str(home.rows("select view_name from duckdb_views()"))
    assert "ERROR=3" in changed


def test_a_segment_whose_file_is_gone_is_retired_and_its_tables_go(changed, home, customers):
    size = int(SIZES["new_visitors"](customers).sum())
    found = home.table("segments.dim_segments", "segment").set_index("segment")
    assert found.loc["new_visitors", ["status", "size"]].to_list() == ["retired", 0]
    assert found.loc["new_visitors", "description"].startswith("Seen for the first time")
    assert found.loc["recent_buyers", "status"] == "active"
    relations = home.rows("select table_name from information_schema.tables")
    assert ("seg_new_visitors",) not in relations
    assert ("seg_recent_buyers",) in relations
    stays = home.rows(
        "select valid_to, ended_as, count(*) from segments.fct_segment_history "
        "where segment = 'new_visitors' and known_to is null group by all"
    )
    assert stays == [(AS_OF + pd.Timedelta(days=1), "retired", size)]


def test_who_stays_entered_when_the_stay_began(changed, home):
    entered = home.rows("select distinct as_of, entered_at from segments.fct_segment_members")
    assert entered == [(AS_OF + pd.Timedelta(days=1), AS_OF)]
