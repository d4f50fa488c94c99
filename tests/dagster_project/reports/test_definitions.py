"""Segments in words and SQL, from the files that decide."""

from dagster_project.dbt_project import PROJECT_DIR
from dagster_project.reports import definitions

WRITTEN = """{#- Left a cart. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='ads') }}

with carts as (select 1 as not_this)
select
    customer_id,
    as_of,
    open_cart_items > 3 as has_more_than_3_items,
    -- a comment, with a comma
    case when idle is null then false else greatest(idle, 0) > 30 end as left_it,
    open_cart_items
from "warehouse"."features"."ftr_customers"
"""


def test_conditions_have_words_and_their_own_expression(tmp_path):
    (tmp_path / "seg_carts.sql").write_text(WRITTEN)
    names = ["has_more_than_3_items", "left_it"]
    found = definitions.read([tmp_path / "absent", tmp_path], "carts", names)
    assert [condition.words for condition in found.conditions] == [
        "Has more than 3 items",
        "Left it",
    ]
    assert [condition.expression for condition in found.conditions] == [
        "open_cart_items > 3",
        "case when idle is null then false else greatest(idle, 0) > 30 end",
    ]


def test_the_sql_shown_is_the_statement_without_settings_and_catalog(tmp_path):
    (tmp_path / "seg_carts.sql").write_text(WRITTEN)
    sql = definitions.read([tmp_path], "carts", []).sql
    assert sql.startswith("with carts")
    assert "from features.ftr_customers" in sql
    assert "{" not in sql


def test_a_segment_whose_file_is_gone_has_no_sql(tmp_path):
    found = definitions.read([tmp_path], "gone", ["was_here"])
    assert found.sql == ""
    assert [condition.expression for condition in found.conditions] == [""]


def test_every_segment_of_this_project_has_an_expression_for_some_condition():
    folder = PROJECT_DIR / "models" / "segments"
    for path in folder.glob("seg_*.sql"):
        found = definitions.read([folder], path.stem[4:], [])
        assert definitions.expressions_of(found.sql), path.name
