"""The whole line, as a user runs it: simulate, load, run, query, explain, sync."""

import json

import pyarrow.parquet as pq
import pytest
from dagster import DagsterInstance

from tests.e2e.servers import table, tessera

SCHEMAS = {"raw", "staging", "intermediate", "marts", "features", "ml", "segments", "activation"}
PUBLIC = [
    "marts.dim_customers",
    "marts.dim_products",
    "marts.fct_events",
    "marts.dim_visitors",
    "marts.fct_sessions",
    "marts.fct_orders",
    "marts.fct_order_lines",
    "marts.fct_refunds",
    "features.ftr_customers",
    "features.ftr_interactions",
    "segments.dim_segments",
    "segments.fct_segment_members",
    "segments.fct_segment_history",
    "ml.customer_clusters",
    "ml.recommendations",
    "ml.segment_recommendations",
    "ml.similar_products",
    "ml.product_associations",
    "ml.customer_scores",
    "segments.fct_builds",
    "activation.fct_deliveries",
    "activation.fct_acknowledged",
    "raw.loaded_files",
]


@pytest.mark.parametrize("name", PUBLIC)
def test_each_public_table_can_be_queried(refreshed, name):
    (row,) = table(refreshed, f"select count(*) as rows from {name}")
    assert row["rows"] > 0


def test_contacts_are_not_in_the_published_tables(refreshed):
    for name in ("dim_customer_contacts", "dim_customer_identifiers"):
        refused = tessera(refreshed, "sql", f"select * from marts.{name}", check=False)
        assert refused.returncode == 1
        assert refused.stderr.startswith("error: ")
        assert refused.stderr.count("\n") == 1


def test_received_is_stored_plus_duplicate_plus_rejected_for_every_file(refreshed):
    lost = table(
        refreshed,
        "select file from raw.loaded_files "
        "where rows_read <> rows_stored + rows_duplicate + rows_rejected",
    )
    assert lost == []


def test_the_malformed_lines_of_the_shop_are_the_rejected_ones(refreshed, shop):
    planted = pq.read_table(shop / "truth" / "rejected_lines.parquet").num_rows
    (row,) = table(
        refreshed,
        "select sum(rows_rejected)::bigint as rejected from raw.loaded_files where source = 'shop'",
    )
    assert row["rejected"] == planted > 0


def test_explain_agrees_with_the_segment_table(refreshed):
    segments = table(
        refreshed, "select segment, size from segments.dim_segments order by size desc"
    )
    assert len(segments) >= 8
    segment = segments[0]["segment"]
    (member,) = table(refreshed, f"select customer_id from segments.seg_{segment} limit 1")
    explained = json.loads(
        tessera(
            refreshed, "explain", str(member["customer_id"]), segment, "--format", "json"
        ).stdout
    )
    assert explained["is_member"] is True
    assert explained["conditions"]
    assert all(condition["holds"] for condition in explained["conditions"])

    others = table(
        refreshed, f"select customer_id from conditions.seg_{segment} where not is_member limit 1"
    )
    for other in others:
        answer = tessera(
            refreshed, "explain", str(other["customer_id"]), segment, "--format", "json"
        )
        why_not = json.loads(answer.stdout)
        assert why_not["is_member"] is False
        assert not all(condition["holds"] for condition in why_not["conditions"])


def test_targets_hold_the_members_of_their_active_segments_who_consented(refreshed):
    sent = table(refreshed, "select distinct target from activation.fct_deliveries")
    assert {row["target"] for row in sent} == {"crm_files", "ads_files"}
    assert list((refreshed / "exports").rglob("*.csv"))
    assert list((refreshed / "exports").rglob("*.jsonl"))


def test_the_web_ui_shows_rows_and_columns_of_every_table_and_what_they_mean(
    refreshed, monkeypatch
):
    monkeypatch.setenv("DAGSTER_HOME", str(refreshed / "dagster"))
    with DagsterInstance.from_config(str(refreshed / "dagster")) as instance:
        made = {
            ".".join(key.path): instance.get_latest_materialization_event(key)
            for key in instance.all_asset_keys()
        }
    shown = {
        name: event.asset_materialization.metadata
        for name, event in made.items()
        if event is not None and name.split(".")[0] in SCHEMAS
    }
    assert {"raw.events", "segments.late_memberships", "ml.customer_scores"} <= set(shown)
    assert [
        (name, column.name)
        for name, metadata in shown.items()
        for column in metadata["dagster/column_schema"].value.columns
        if not column.description
    ] == []
    assert [
        name
        for name, metadata in shown.items()
        if "dagster/row_count" not in metadata and not name.startswith("segments.seg_")
    ] == []  # of a segment that few are in, the size is not told


def test_a_second_run_changes_nothing(refreshed):
    latest = (refreshed / "published" / "LATEST").read_text()
    files = sorted(str(path) for path in (refreshed / "exports").rglob("*"))
    tessera(refreshed, "run", "refresh_everything")
    assert (refreshed / "published" / "LATEST").read_text() == latest
    assert sorted(str(path) for path in (refreshed / "exports").rglob("*")) == files


def test_the_champions_are_registered_and_their_version_is_on_every_score(refreshed):
    models = json.loads(tessera(refreshed, "status", "--format", "json").stdout)["models"]
    champions = {
        model["model"]: model["version"] for model in models if model["alias"] == "champion"
    }
    assert {"clusters", "recommender"} <= set(champions)
    rows = table(refreshed, "select distinct model_version from ml.customer_clusters")
    assert [str(row["model_version"]) for row in rows] == [str(champions["clusters"])]


def test_someone_without_history_gets_popular_products_marked_so(refreshed):
    sources = table(refreshed, "select source, count(*) as n from ml.recommendations group by all")
    given = {row["source"] for row in sources}
    assert given <= {"hybrid", "content", "segment_popular", "popular"}
    assert "hybrid" in given
    assert given & {"segment_popular", "popular"}


def test_an_unknown_job_is_one_line_that_names_the_jobs(refreshed):
    refused = tessera(refreshed, "run", "refresh_everythin", check=False)
    assert refused.returncode == 1
    assert "refresh_everything" in refused.stderr
    assert "Traceback" not in refused.stderr
