"""A segment that dbt cannot even read is told of by file, line and what to write."""

import shutil
from datetime import date

import pytest

from dagster_project import dbt_project
from dagster_project.authoring import check

GOOD = """{#- Bought within a month. One row per customer and moment. -#}
{{ segment(owner='ann@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    recency_days <= 30 as bought_recently
from {{ ref('ftr_customers') }}
"""


@pytest.fixture
def project(tmp_path, monkeypatch, settings):
    """Copy the project, and give it a home in which something was loaded."""
    copied = shutil.copytree(dbt_project.PROJECT_DIR, tmp_path / "dbt")
    monkeypatch.setattr(dbt_project, "PROJECT_DIR", copied)
    settings.home.mkdir()
    settings.warehouse.touch()  # dbt reads the project before anyone opens it
    return copied


@pytest.mark.parametrize(
    ("good", "bad", "line", "what", "write"),
    [
        ("recency_days <=", "{{ recency_days <=", 7, "Compilation Error", "what dbt can compile"),
        ("ftr_customers", "ftr_custmers", 8, "there is no model 'ftr_custmers'", "ftr_customers"),
    ],
)
def test_what_dbt_cannot_read_is_named_by_line(project, settings, good, bad, line, what, write):
    folder = project / "models" / "segments"
    (folder / "seg_trial.sql").write_text(GOOD.replace(good, bad))
    today = date.fromisoformat("2026-07-01")
    (checked,) = check.check(settings, ["trial"], today=today, tell=print, folder=folder)
    assert checked.preview is None
    told = checked.problems[-1]
    assert told.line == line
    assert what in told.what
    assert write in told.write
