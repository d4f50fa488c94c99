"""Tabular files: CSV made into Parquet of text, and which of their columns are ours."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.ingest.files import LandingFile, Unreadable
from dagster_project.ingest.refusals import Refusals
from dagster_project.ingest.scan import CHUNK, Scan, digest
from edge.sources import CUSTOMER_COLUMNS, Sources
from edge.statements import identifier, literal

PARQUET = b"PAR1"
LINE = "file_row_number"  # what DuckDB calls a Parquet row's place, counted from 0
OWN_LINE = "tessera line"
ROWS_AT_ONCE = 50_000
DELIMITERS = ",;\t|"

# Our column, and how files or the two published editions call it: letters and digits only, lower
# case.
ONLINE_RETAIL = {
    "invoice": ("invoiceno", "invoice"),
    "stock_code": ("stockcode",),
    "description": ("description",),
    "quantity": ("quantity",),
    "invoice_date": ("invoicedate",),
    "unit_price": ("unitprice", "price"),
    "customer": ("customerid",),
    "country": ("country",),
}
WEATHER = {
    "city": ("city",),
    "weather_date": ("date", "weatherdate", "day"),
    "condition": ("condition", "weather"),
    "temperature_c": ("temperaturec", "temperature"),
}
HEADERS = {
    "online_retail": (
        ONLINE_RETAIL,
        "the UCI set has InvoiceNo, StockCode, "
        "Description, Quantity, InvoiceDate, UnitPrice, CustomerID and Country",
    ),
    "weather": (WEATHER, "a table of weather has city, date, condition and temperature_c"),
}


def scan_table(file: LandingFile, sources: Sources, *, copies: Path) -> tuple[Scan, dict[str, str]]:
    """Count a file's rows, and say how SQL is to read its columns."""
    with file.path.open("rb") as stream:
        is_parquet = stream.read(4) == PARQUET
    if is_parquet:
        headers, scan = _scan_parquet(file.path)
        line = f"{LINE} + 1"
    else:
        headers, scan = _copy_csv(file, sources, copies)
        line = identifier(OWN_LINE)
    expressions = columns(file, headers, sources)
    return scan, {"line": line, "document": _object(headers, headers), **expressions}


def columns(file: LandingFile, headers: Sequence[str], sources: Sources) -> dict[str, str]:
    """Return the ``columns`` of ``landed_rows`` for this file's headers."""
    if file.kind in HEADERS:
        return {"columns": _texts(_find(headers, *HEADERS[file.kind]))}
    mapping = sources.columns(file.source)
    by_name = {header.strip().casefold(): header for header in headers}
    found = {
        ours: by_name.get(mapping[ours].strip().casefold()) if ours in mapping else None
        for ours in CUSTOMER_COLUMNS
    }
    if found["user_id"] is None:
        raise Unreadable(
            f"no column {mapping['user_id']}, which config/sources.yml names as user_id: "
            "correct the file or the mapping",
            is_final=False,
        )
    others = [header for header in headers if header not in found.values()]
    traits = f"{_object(others, others)} as traits" if others else "null::json as traits"
    return {"columns": f"{_texts(found)}, {traits}"}


def _find(
    headers: Sequence[str], wanted: Mapping[str, tuple[str, ...]], hint: str
) -> dict[str, str | None]:
    plain = {"".join(filter(str.isalnum, header)).casefold(): header for header in headers}
    found = {
        ours: next((plain[name] for name in names if name in plain), None)
        for ours, names in wanted.items()
    }
    missing = [ours for ours, header in found.items() if header is None]
    if missing:
        raise Unreadable(
            f"no column for {', '.join(missing)}: {hint}",
            is_final=False,
        )
    return found


def _texts(found: Mapping[str, str | None]) -> str:
    return ", ".join(
        f"{'null' if header is None else identifier(header)}::varchar as {ours}"
        for ours, header in found.items()
    )


def _object(names: Sequence[str], headers: Sequence[str]) -> str:
    pairs = ", ".join(
        f"{literal(name)}, {identifier(header)}"
        for name, header in zip(names, headers, strict=True)
    )
    return f"json_object({pairs})"


def _scan_parquet(path: Path) -> tuple[list[str], Scan]:
    try:
        with pq.ParquetFile(path) as table:
            headers = [str(name) for name in table.schema_arrow.names]
            rows = int(table.metadata.num_rows)
    except (pa.ArrowException, OSError) as error:
        raise Unreadable("a damaged Parquet file: nothing is stored; load it again") from error
    _check_headers(headers)
    return headers, Scan(digest(path), path.stat().st_size, rows, rows, path)


def _copy_csv(file: LandingFile, sources: Sources, copies: Path) -> tuple[list[str], Scan]:
    """Make Parquet of a CSV; a row of another width than the header is set aside."""
    readable = copies / f"{file.number}.parquet"
    with file.path.open(encoding=encoding(file.path), newline="") as stream:
        first = stream.readline()
        if not first.strip():
            raise Unreadable("no header: the first line names the columns", is_final=False)
        stream.seek(0)
        delimiter = max(DELIMITERS, key=first.count)
        records = csv.reader(stream, delimiter=delimiter)
        headers = [name.strip() for name in next(records)]
        _check_headers(headers)
        columns(file, headers, sources)
        schema = pa.schema([(OWN_LINE, pa.int64()), *((name, pa.string()) for name in headers)])
        rows = kept = 0
        with (
            pq.ParquetWriter(readable, schema) as writer,
            Refusals(copies / f"{file.number}.refusals.parquet") as refusals,
        ):
            for batch in _in_batches(_records(records)):
                lines: list[int] = []
                whole: list[list[str]] = []
                for record in batch:
                    rows += 1
                    if len(record) == len(headers):
                        lines.append(rows)
                        whole.append(record)
                    else:
                        reason = f"{len(record)} columns, the header has {len(headers)}"
                        refusals.add(rows, reason, json.dumps(record, ensure_ascii=False))
                kept += len(whole)
                arrays = [pa.array(lines, pa.int64())]
                for index in range(len(headers)):
                    values = [record[index] or None for record in whole]
                    arrays.append(pa.array(values, pa.string()))
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    scan = Scan(
        digest(file.path),
        file.path.stat().st_size,
        kept,
        rows,
        readable,
        refusals.count,
        refusals.path,
    )
    return headers, scan


def _records(records: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield records, blank lines left out; one with a field too long to be one comes empty."""
    while True:
        try:
            record = next(records)
        except StopIteration:
            return
        except csv.Error:
            yield []
        else:
            if record:
                yield record


def _in_batches(records: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    batch: list[list[str]] = []
    for record in records:
        batch.append(record)
        if len(batch) == ROWS_AT_ONCE:
            yield batch
            batch = []
    yield batch


def encoding(path: Path) -> str:
    """Return UTF-8 where the file is that, else Windows' Latin-1, which reads nearly any byte."""
    with path.open("rb") as stream:
        if b"\0" in stream.read(CHUNK):
            raise Unreadable("binary content, no CSV: nothing is stored from it")
    try:
        with path.open(encoding="utf-8") as stream:
            while stream.read(CHUNK):
                pass
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"


def _check_headers(headers: Sequence[str]) -> None:
    names = [header.casefold() for header in headers]
    if not all(names) or len(set(names)) < len(names) or OWN_LINE in names or LINE in names:
        raise Unreadable(
            "the header has a column without a name, or one name twice: nothing is stored"
        )
