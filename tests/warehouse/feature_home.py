"""A warehouse whose marts are made by hand, and the dbt models that stand on them."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from dagster_project.dbt_project import EXECUTABLE, PROJECT_DIR
from tests.conftest import settings_of

INPUTS = (Path(__file__).parent / "feature_inputs.sql").read_text()
ROLLUPS = [
    "int_visitor_days_summed",
    "int_visitor_products_summed",
    "int_visitor_pages_summed",
    "int_carts_changed",
    "int_events_interrupted",
    "int_visitor_days_evaluated",
    "int_visitor_products_evaluated",
    "int_visitor_pages_evaluated",
]
FEATURES = [*ROLLUPS, "path:models/features"]
SEGMENTS = ["path:models/segments", "path:models/activation"]


@dataclass(frozen=True)
class FeatureHome:
    """One dbt home for many scenarios: only the first parse of the project is slow."""

    home: Path

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse.duckdb"

    def fill(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Start a new warehouse that holds these rows, and no others."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.warehouse.unlink(missing_ok=True)
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(INPUTS)
        self.replace(tables)

    def replace(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Put other rows into some of the tables."""
        with duckdb.connect(str(self.warehouse)) as connection:
            for table, rows in tables.items():
                connection.execute(f"delete from {table}")
                if len(rows):
                    connection.register("rows", rows)
                    connection.execute(f"insert into {table} by name select * from rows")
                    connection.unregister("rows")

    def dbt(
        self, command: str, select: list[str], *, fails: bool = False, project: Path = PROJECT_DIR
    ) -> str:
        """Run dbt on some models and return what it says."""
        settings = settings_of(self.home)
        result = subprocess.run(
            [
                EXECUTABLE,
                "--no-use-colors",
                command,
                "--project-dir",
                str(project),
                "--select",
                *select,
            ],
            env={
                **settings.subprocess_environment(),
                "DBT_TARGET_PATH": str(self.home / "target"),
                "DBT_LOG_PATH": str(self.home / "logs"),
                "DBT_PROFILES_DIR": str(project),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        said = result.stdout + result.stderr
        assert (result.returncode != 0) == fails, said
        return said

    def read(self, query: str) -> pd.DataFrame:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).df()

    def table(self, name: str, *keys: str) -> pd.DataFrame:
        return self.read(f"select * from {name} order by {', '.join(keys) or 'all'}")


def shared(tmp_path_factory: pytest.TempPathFactory) -> FeatureHome:
    """Return the home that all test modules fill in turn, so that dbt parses its project once."""
    return FeatureHome(tmp_path_factory.getbasetemp() / "feature-home")
