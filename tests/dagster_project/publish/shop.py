"""A small warehouse made by hand, for everything that publishes or reads what is published."""

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from dagster_project.publish.generations import publish

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AS_OF = datetime(2026, 1, 21, tzinfo=UTC).replace(tzinfo=None)


def make(home):
    """Make the warehouse of ``shop.sql`` in a home."""
    home.mkdir(parents=True, exist_ok=True)
    with opened(home) as connection:
        connection.execute(Path(__file__).with_suffix(".sql").read_text())


@contextmanager
def opened(home):
    """Open the warehouse of a home as the platform does."""
    config = {"preserve_insertion_order": False, "threads": 2, "memory_limit": "512MB"}
    connection = duckdb.connect(str(home / "warehouse.duckdb"), config=config)
    try:
        yield connection
    finally:
        connection.close()


def publish_home(home, build_id, sql=None, *, now=NOW, keep=3, rules="rules", **options):
    """Change the warehouse of a home with ``sql`` and publish it."""
    with opened(home) as connection:
        if sql is not None:
            connection.execute(sql)
        return publish(
            connection,
            published=home / "published",
            build_id=build_id,
            now=now,
            keep=keep,
            rules=rules,
            **options,
        )
