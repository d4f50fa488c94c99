"""A warehouse whose marts are made by hand, for the dbt models that stand on them."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from dagster_project.dbt_project import EXECUTABLE, PROJECT_DIR
from tests.conftest import settings_of
from tests.warehouse.conftest import Home

INPUTS = (Path(__file__).parent / "feature_inputs.sql").read_text()
FEATURES = [
    "int_visitor_days_summed",
    "int_visitor_products_summed",
    "int_visitor_pages_summed",
    "int_carts_changed",
    "int_events_interrupted",
    "int_visitor_days_evaluated",
    "int_visitor_products_evaluated",
    "int_visitor_pages_evaluated",
    "int_orders_revised",
    "int_orders_evaluated",
    "int_order_lines_evaluated",
    "int_refunds_evaluated",
    "path:models/features",
]
SEGMENTS = ["path:models/segments", "path:models/activation"]


@dataclass(frozen=True)
class FeatureHome:
    """Rows of the marts go in by ``fill`` and ``replace``, features and segments come out."""

    home: Path
    manifest: Any

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
                    connection.register("given", rows)
                    connection.execute(f"insert into {table} by name select * from given")
                    connection.unregister("given")

    def run(self, select: list[str]) -> None:
        """Build some models."""
        Home(self.home, self.manifest).dbt("run", "--select", *select)

    def unit_tests(self, select: list[str]) -> set[str]:
        """Run the unit tests of some models and return which models had any."""
        select = [f"test_type:unit,{name}" for name in select]
        results = Home(self.home, self.manifest).dbt("test", "--select", *select)
        tests = [found.node for found in results if found.node.resource_type == "unit_test"]
        return {node.tested_node_unique_id.split(".")[-1] for node in tests}

    def run_changed(self, select: list[str], changes: Mapping[str, str | None]) -> str:
        """Build models of a copy of the project, some files written or removed."""
        project = self.home / "project"
        shutil.copytree(PROJECT_DIR, project)
        for name, text in changes.items():
            if text is None:
                (project / name).unlink()
            else:
                (project / name).write_text(text)
        environment = {
            **settings_of(self.home).subprocess_environment(),
            "DBT_PROFILES_DIR": str(project),
            "DBT_TARGET_PATH": str(self.home / "changed"),
            "DBT_LOG_PATH": str(self.home / "logs"),
        }
        command = [EXECUTABLE, "--no-use-colors", "run", "--project-dir", str(project)]
        done = subprocess.run(
            [*command, "--select", *select],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    def read(self, query: str) -> pd.DataFrame:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).df()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def table(self, name: str, *keys: str) -> pd.DataFrame:
        return self.read(f"select * from {name} order by {', '.join(keys) or 'all'}")
