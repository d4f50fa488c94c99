"""What dbt and DuckDB say is told by file, line and what to write, of drafts as of segments."""

import duckdb
import pytest

from dagster_project import dbt_project, dbt_runs
from dagster_project.authoring import wording
from edge import selects

MODELS = ("ftr_customers", "ftr_recents", "dim_customers")
DRAFT = """{#- Bought within a month. One row per customer and moment. -#}
select
    customer_id,
    as_of,
    recency_days <= 30 as bought_recently
from {{ ref('ftr_customers') }}
"""


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("ftr_customers", "ftr_custmers", ":6: there is no model 'ftr_custmers'; write ftr_custom"),
        ("<= 30", "<= {{ mounth(30) }}", ":5: there is no macro or value 'mounth'"),
    ],
)
def test_what_dbt_cannot_compile_of_a_draft_names_its_file(tmp_path, settings, good, bad, told):
    path = tmp_path / "draft.sql"
    path.write_text(DRAFT.replace(good, bad))
    settings.home.mkdir()
    manifest = dbt_project.manifest(settings)
    with pytest.raises(ValueError, match=r"\w") as raised:
        dbt_runs.compiled(["--inline", path.read_text()], settings, manifest)
    problem = str(wording.from_dbt(path, "draft.sql", str(raised.value), MODELS))
    assert problem.startswith("draft.sql:")
    assert told in problem
    assert "inline" not in problem


@pytest.mark.parametrize("limit", ["30", "{{ segment_limit('recent_buyer_days') }}"])
def test_a_slip_in_sql_is_found_by_the_line_it_stands_in(tmp_path, limit):
    path = tmp_path / "draft.sql"
    path.write_text(DRAFT.replace("as_of,\n", "as_of\n").replace("30", limit))
    compiled = "\n" + path.read_text().split("-#}\n")[1].replace("{{ ref('ftr_customers') }}", "t")
    compiled = compiled.replace(limit, "30")
    with duckdb.connect() as connection, pytest.raises(ValueError, match="syntax") as raised:
        selects.parse(connection, compiled)
    problem = wording.from_duckdb(path, "draft.sql", f"draft.sql: {raised.value}")
    assert (problem.file, problem.line) == ("draft.sql", 5)
    assert problem.what == (
        'syntax error at or near "<=" in `recency_days <= 30 as bought_recently`'
    )
