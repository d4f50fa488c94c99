"""How dbt opens the warehouse."""

from pathlib import Path

import yaml
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.environments.local import LocalEnvironment

from dagster_project.settings import PROJECT

LARGE_SORT = """
    create temporary table sorted as
    select range::varchar || repeat('x', 50) as word from range(5000000) order by hash(range)
"""


def test_a_model_that_spilled_to_disk_does_not_stop_the_next(tmp_path: Path):
    text = (PROJECT / "dbt" / "profiles.yml").read_text(encoding="utf-8")
    profile = yaml.safe_load(text)["tessera"]["outputs"]["duckdb"]
    profile["path"] = str(tmp_path / "warehouse.duckdb")
    profile["config_options"] |= {"memory_limit": "200MB", "temp_directory": str(tmp_path / "tmp")}
    credentials = DuckDBCredentials.from_dict({**profile, "database": "warehouse"})
    environment = LocalEnvironment(credentials)
    first = environment.handle()
    first.cursor().execute(LARGE_SORT)
    assert any((tmp_path / "tmp").iterdir())
    second = environment.handle()
    answer = second.cursor().execute("select current_setting('TimeZone')").fetchall()
    assert answer == [("UTC",)]
    first.close()
    second.close()
