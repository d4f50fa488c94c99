"""What dbt's page says of segments and targets, on a small project."""

from dagster_project.reports import dbt_docs


def node(name, text, **more):
    return {"name": name, "schema": "segments", "database": "warehouse", "raw_code": text, **more}


SEGMENT = node(
    "seg_loyal",
    "{#- Buys\nagain. One row per customer and moment. -#}\nselect 1",
    description="",
    meta={"segment": {"targets": ["mailer"]}},
)
OTHER = node("dim_segments", "{#- A comment. -#}", description="Every segment.", meta={})
MANIFEST = {
    "metadata": {"project_name": "shop"},
    "nodes": {"model.shop.seg_loyal": SEGMENT, "model.shop.dim_segments": OTHER},
    "sources": {},
    "macros": {"macro.shop.a": {"package_name": "shop"}, "macro.dbt.b": {"package_name": "dbt"}},
    "exposures": {
        "exposure.shop.mailer": {
            "name": "mailer",
            "depends_on": {"macros": [], "nodes": ["model.shop.dim_segments"]},
        }
    },
    "parent_map": {"exposure.shop.mailer": ["model.shop.dim_segments"]},
    "child_map": {"model.shop.dim_segments": ["exposure.shop.mailer"]},
}


def test_a_segment_is_described_by_its_file_and_a_target_rests_on_its_segments():
    found = dbt_docs.documented(MANIFEST)
    rests_on = ["model.shop.dim_segments", "model.shop.seg_loyal"]

    assert found["nodes"]["model.shop.seg_loyal"]["description"] == (
        "Buys again. One row per customer and moment."
    )
    assert found["nodes"]["model.shop.dim_segments"]["description"] == "Every segment."
    assert found["exposures"]["exposure.shop.mailer"]["depends_on"]["nodes"] == rests_on
    assert found["parent_map"]["exposure.shop.mailer"] == rests_on
    assert found["child_map"]["model.shop.seg_loyal"] == ["exposure.shop.mailer"]
    assert list(found["macros"]) == ["macro.shop.a"]
    assert MANIFEST["exposures"]["exposure.shop.mailer"]["depends_on"]["nodes"] == rests_on[:1]


def test_columns_are_those_of_the_published_tables():
    columns = [("segments", "seg_loyal", "customer_id", "VARCHAR"), ("gone", "x", "y", "BIGINT")]
    found = dbt_docs.catalogue(MANIFEST, columns)
    (entry,) = found["nodes"].values()
    assert entry["unique_id"] == "model.shop.seg_loyal"
    assert [(c["name"], c["type"], c["index"]) for c in entry["columns"].values()] == [
        ("customer_id", "VARCHAR", 1)
    ]


def test_the_page_of_dbt_has_the_places_that_are_filled_in_and_the_tracker_that_is_taken_out():
    from pathlib import Path

    from dbt.task.docs import DOCS_INDEX_FILE_PATH

    text = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
    assert all(text.count(f'"{name}.JSON INLINE DATA"') == 1 for name in ("MANIFEST", "CATALOG"))
    assert len(dbt_docs.TRACKER.findall(text)) == 1
