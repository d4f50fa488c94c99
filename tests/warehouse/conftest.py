"""A warehouse in a home of its own: rows come in batches; dbt and identity resolution build it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from dagster_project.dbt_project import PROJECT_DIR
from dagster_project.identity.resolution import Counts, create_tables, resolve_identities
from tests.conftest import settings_of

SALT, CONTACT_KEY = b"salt of the tests", b"contact key of the tests"
START = datetime.fromisoformat("2026-01-01")  # as the warehouse keeps time: UTC without a zone
LOADED = datetime.fromisoformat("2026-06-01")
BEFORE_IDENTITY = ["path:models/staging", "int_identifiers_linked"]
AFTER_IDENTITY = [
    "+dim_customers",
    "+dim_customer_contacts",
    "+dim_customer_identifiers",
    "+dim_products",
    "+dim_visitors",
    "+fct_events",
    "+fct_order_lines",
    "+fct_orders",
    "+fct_refunds",
    "+fct_sessions",
    "int_carts_tracked",
]


@dataclass
class Home:
    """Batches go in by ``deliver``, rows come out by ``rows``; in between, ``build`` makes them."""

    path: Path
    manifest: Any
    batches: int = 0
    files: int = 0
    lines: dict[int, int] = field(default_factory=dict)

    @property
    def warehouse(self) -> Path:
        return self.path / "warehouse.duckdb"

    def deliver(
        self,
        events: Iterable[Mapping[str, Any]] = (),
        *,
        customers: Iterable[Mapping[str, Any]] = (),
        invoice_lines: Iterable[Mapping[str, Any]] = (),
        as_of: datetime | None = None,
    ) -> None:
        """Store one batch as ingestion would: arrival goes on, the batch has one load time."""
        self.batches += 1
        loaded_at = LOADED + timedelta(hours=self.batches)
        rows = {
            "raw.events": [self._event(row) for row in events],
            "raw.customers": [self._arrived(row, "crm") for row in customers],
            "raw.online_retail": [self._arrived(row, "online_retail") for row in invoice_lines],
        }
        self.files += 1
        with self.connect() as connection:
            for table, given in rows.items():
                if given:
                    frame = pd.DataFrame(given).assign(loaded_at=loaded_at)  # noqa: F841
                    connection.execute(f"insert into {table} by name select * from frame")
            connection.execute(
                "create or replace table ops.moments as "
                "select ?::timestamp as as_of, ?::timestamp as known_at",
                [as_of, loaded_at],
            )

    def _arrived(self, row: Mapping[str, Any], source: str) -> dict[str, Any]:
        number = row.get("file_number", self.files + 1)
        self.lines[number] = self.lines.get(number, 0) + 1
        line = row.get("line", self.lines[number])
        arrival = {"source": source, "file_number": number, "line": line}
        return {"message_id": f"m{number}-{line}", **arrival, **row}

    def _event(self, row: Mapping[str, Any]) -> dict[str, Any]:
        arrived = self._arrived({"source": "shop", "type": "track", **row}, "shop")
        arrived.setdefault("received_at", arrived["timestamp"] + timedelta(seconds=2))
        return {
            name: json.dumps(value) if isinstance(value, dict) else value
            for name, value in arrived.items()
        }

    def connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.warehouse))

    def dbt(self, command: str, *arguments: str) -> Any:
        """Run dbt in this process and let go of the file; raise with its words where it fails."""
        environment = {
            **settings_of(self.path).subprocess_environment(),
            "DBT_PROFILES_DIR": str(PROJECT_DIR),
            "DBT_TARGET_PATH": str(self.path / "target"),
            "DBT_LOG_PATH": str(self.path / "logs"),
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            try:
                done = dbtRunner(manifest=self.manifest).invoke(
                    ["--quiet", command, "--project-dir", str(PROJECT_DIR), *arguments]
                )
            finally:
                DuckDBConnectionManager.close_all_connections()
        if not done.success:
            failed = [
                f"{result.node.name}: {result.message}"
                for result in getattr(done.result, "results", [])
                if result.status not in ("success", "pass", "skipped", "no-op")
            ]
            raise AssertionError("\n".join(failed) or str(done.exception))
        return done.result

    def build(self, *, only: Sequence[str] = AFTER_IDENTITY, full_refresh: bool = False) -> Counts:
        """Run the models before identity, identity, and those after it."""
        flags = ["--full-refresh"] if full_refresh else []
        self.dbt("run", *flags, "--select", *BEFORE_IDENTITY)
        with self.connect() as connection:
            counts = resolve_identities(connection, salt=SALT, contact_key=CONTACT_KEY)
        if only:
            self.dbt("run", *flags, "--select", *only, "--exclude", *BEFORE_IDENTITY)
        return counts

    def read(self, query: str) -> pd.DataFrame:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).df()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def manifest(tmp_path_factory):
    """Parse the project once for all tests."""
    home = Home(tmp_path_factory.mktemp("parsed"), None)
    return home.dbt("parse")


@pytest.fixture
def home(tmp_path, manifest):
    return empty_home(tmp_path, manifest)


def empty_home(path: Path, manifest: Any) -> Home:
    """Create what ingestion and orchestration create before dbt runs."""
    path.mkdir(parents=True, exist_ok=True)
    made = Home(path, manifest)
    with made.connect() as connection:
        connection.execute((files("dagster_project.ingest") / "schema.sql").read_text())
        create_tables(connection)
        connection.execute(
            "insert into raw.sources values ('shop', 'events', 'shop'), ('app', 'events', 'shop'), "
            "('blog', 'events', 'blog'), ('crm', 'customers', 'shop'), "
            "('online_retail', 'online_retail', 'online_retail')"
        )
    return made


def at(minutes: float) -> datetime:
    """Return a moment so many minutes after the start of the tests' time."""
    return START + timedelta(minutes=minutes)
