"""A landing area and a warehouse to try ingestion on, and what ingestion made of them."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.ingest import ingestion
from edge import landing
from edge.sources import LEDGER, Sources

CLOCK = datetime.fromisoformat("2026-11-01")  # UTC without a zone, as the warehouse keeps time
SOURCES = Sources.model_validate(
    {
        "sources": {
            "online_retail": {"kind": "online_retail"},
            "weather": {"kind": "weather"},
            "crm": {
                "kind": "customers",
                "namespace": "shop",
                "columns": {
                    "user_id": "customer_number",
                    "email": "email_address",
                    "birthday": "birthday",
                    "postal_code": "postcode",
                    "age": "age",
                    "updated_at": "updated_at",
                },
            },
        }
    }
)
TABLES = (
    "raw.events",
    "raw.rejected_events",
    "raw.loaded_files",
    "raw.online_retail",
    "raw.customers",
    "raw.weather",
    "raw.sources",
    "ops.ledger",
)


def line(number: int | str, **fields: object) -> bytes:
    """Return an acceptable track event with this messageId; a field of None is left out."""
    event = {
        "type": "track",
        "event": "Product Viewed",
        "messageId": f"m{number}",
        "anonymousId": "a1",
        "timestamp": "2026-01-01T00:00:00Z",
        **fields,
    }
    return json.dumps({key: value for key, value in event.items() if value is not None}).encode()


def lines(*numbers: int) -> bytes:
    """Return whole lines of acceptable events."""
    return b"".join(line(number) + b"\n" for number in numbers)


@dataclass
class Home:
    """A landing area, and a warehouse in memory unless a file is given."""

    path: Path
    warehouse: str = ":memory:"
    connection: duckdb.DuckDBPyConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = connect(self.warehouse, self.path)
        ingestion.create_tables(self.connection)

    @property
    def landing(self) -> Path:
        return self.path / "landing"

    def put(self, name: str, content: bytes, source: str = "shop") -> str:
        """Land content and return its file's name."""
        return landing.put(content, name=name, source=source, landing=self.landing).file

    def record(self, *entries: object) -> str:
        """Land a file of the ledger."""
        content = "".join(json.dumps(entry) + "\n" for entry in entries)
        return self.put("entries.jsonl", content.encode(), LEDGER)

    def ingest(self, sources: Sources = SOURCES, **options: object) -> ingestion.Ingested:
        options.setdefault("loaded_at", CLOCK)
        done = ingestion.ingest(self.connection, landing=self.landing, sources=sources, **options)
        assert ingestion.conservation(self.connection) == []
        return done

    def rows(self, query: str) -> list[tuple]:
        return self.connection.sql(query).fetchall()

    def reasons(self) -> dict[int, str]:
        """Return the reason of each rejected line."""
        return dict(self.rows("select line, reason from raw.rejected_events"))

    def message_ids(self) -> list[str]:
        """Return the stored messages in order of arrival."""
        return [
            row[0]
            for row in self.rows("select message_id from raw.events order by file_number, line")
        ]

    def file(self, name: str) -> dict[str, object]:
        """Return what is on record of a file."""
        found = self.connection.execute(
            "select * from raw.loaded_files where file = $file", {"file": name}
        )
        columns = [column[0] for column in found.description]
        (row,) = found.fetchall()
        return dict(zip(columns, row, strict=True))


def connect(warehouse: str, home: Path) -> duckdb.DuckDBPyConnection:
    """Open a warehouse with the settings that its users have."""
    connection = duckdb.connect(
        warehouse,
        config={
            "memory_limit": "1GB",
            "threads": 2,
            "temp_directory": str(home / "tmp"),
            "preserve_insertion_order": False,
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def state(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, str]]:
    """Return each table's size and a digest of its rows in any order, without the clock."""
    found = {}
    for table in TABLES:
        columns = [
            name
            for name, *_ in connection.sql(f"describe {table}").fetchall()
            if name != "loaded_at"
        ]
        quoted = ", ".join(f'"{name}"' for name in columns)
        rows = sorted(map(repr, connection.sql(f"select {quoted} from {table}").fetchall()))
        found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found
