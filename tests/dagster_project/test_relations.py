"""What the web UI says of the columns of a relation."""

import json

import duckdb
import pytest

from dagster_project import relations


def model(name, schema, columns, parents=(), kept_as="table"):
    described = {column: {"description": text} for column, text in columns.items()}
    return {
        "resource_type": "model",
        "schema": schema,
        "alias": name,
        "config": {"materialized": kept_as},
        "columns": described,
        "depends_on": {"nodes": list(parents)},
    }


@pytest.fixture
def documented(tmp_path):
    """Return what a manifest of a feature table, a segment and a mart says of their columns."""
    visits = {"visits": "Visits\nin 30 days.", "city": "Where they live.", "country": ""}
    nodes = {
        "visits": model("ftr_visits", "features", visits),
        "loyal": model("seg_loyal", "segments", {"city": "Theirs."}, ["visits"], "segment"),
        "gone": model("seg_gone", "segments", {}, ["visits"], "segment"),
        "late": model("fct_late", "segments", {"day": "The day."}, ["visits"]),
    }
    manifest = tmp_path / "manifest.json"
    lines = {"day": {"description": "When it landed."}, "visits": {"description": ""}}
    sources = {"lines": {"schema": "raw", "identifier": "lines", "columns": lines}}
    manifest.write_text(json.dumps({"nodes": nodes, "sources": sources}))
    return relations.documented_columns(manifest)


def test_a_column_without_words_means_what_all_that_have_words_say(documented):
    said = documented["segments", "fct_late"]
    assert (said["day"], said["visits"]) == ("The day.", "Visits in 30 days.")


def test_where_models_disagree_a_column_means_what_is_said_of_its_name(documented):
    assert documented["segments", "fct_late"]["city"] == "City, as the source names it."


def test_a_column_of_a_segment_means_what_it_means_in_the_feature_it_is_taken_from(documented):
    assert documented["segments", "seg_loyal"]["city"] == "Theirs."
    assert documented["segments", "seg_gone"]["city"] == "Where they live."


def test_a_column_of_a_source_means_what_is_said_there_or_else_by_all_models(documented):
    said = documented["raw", "lines"]
    assert (said["day"], said["visits"]) == ("When it landed.", "Visits in 30 days.")


def test_columns_are_shown_with_type_and_meaning(documented):
    with duckdb.connect() as connection:
        connection.execute("create schema segments")
        connection.execute("create table segments.seg_loyal (visits bigint, note varchar)")
        shown = relations.describe(connection, [("segments", "seg_loyal")], documented)
    columns = shown["segments", "seg_loyal"]["dagster/column_schema"].columns
    assert [(column.name, column.type, column.description) for column in columns] == [
        ("visits", "BIGINT", "Visits in 30 days."),
        ("note", "VARCHAR", None),
    ]
