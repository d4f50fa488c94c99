"""What a home holds, decoded: for searches that compression must not deceive."""

import gzip
import io
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb


def contents(home: Path) -> Iterator[tuple[str, str]]:
    """Yield every content of a home, decoded, with where it stands."""
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        where = str(path.relative_to(home))
        yield where, where
        if where.startswith("demo/"):
            continue
        if path.suffix == ".duckdb":
            yield from _duckdb(path, where)
        elif path.suffix == ".parquet":
            yield where, str(duckdb.sql(f"select * from '{path}'").fetchall())
        elif path.suffix == ".gz":
            yield where, gzip.decompress(path.read_bytes()).decode(errors="ignore")
        elif path.read_bytes()[:16].startswith(b"SQLite format 3"):
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
                yield where, "\n".join(connection.iterdump())
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                for name in packed.namelist():
                    yield f"{where}: {name}", packed.read(name).decode(errors="ignore")
        else:
            yield where, path.read_bytes().decode(errors="ignore")


def _duckdb(path: Path, where: str) -> Iterator[tuple[str, str]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        for schema, table in tables:
            rows = connection.execute(f'select * from "{schema}"."{table}"').fetchall()
            text = io.StringIO()
            for row in rows:
                text.write(f"{row}\n")
            yield f"{where}: {schema}.{table}", text.getvalue()
