"""Late events of people who were erased: found in a parsed batch, and taken out of their files."""

from collections import defaultdict
from collections.abc import Sequence

import duckdb

from dagster_project.ingest import rows
from dagster_project.ingest.batches import Prepared, run
from edge.privacy import lines
from edge.privacy.subjects import Name, contacts
from edge.privacy.suppression import MARKER, Suppression

KINDS = ("events", "customers", "online_retail")
Lines = dict[int, set[int]]  # of each file, by its number


class Suppressed(Exception):
    """Files that held lines of erased people, and have been rewritten without them."""

    def __init__(self, files: Sequence[Prepared]) -> None:
        super().__init__(", ".join(prepared.file.label for prepared in files))
        self.files = files


def refuse(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    batch: Sequence[Prepared],
    suppression: Suppression,
) -> None:
    """Raise Suppressed if the parsed batch held rows of erased people, once they are gone.

    What is left of a line says only that it was refused; a row of a table is left empty.
    """
    if kind not in KINDS:
        return
    found: Lines = defaultdict(set)
    named = run(connection, f"identifiers_of_{kind}")
    for row in named:
        if any(suppression.holds(name) for name in _names(*row)):
            given = dict(zip(("namespace", "type", "text"), row, strict=True))
            for file_number, line in run(connection, "lines_of_identifier", given):
                found[file_number].add(line)
    for file_number, line, namespace, payload in run(connection, "refused_of_batch"):
        if suppression.is_in(payload, namespace):
            found[file_number].add(line)
    rewritten = [prepared for prepared in batch if found.get(prepared.file.number)]
    for prepared in rewritten:
        numbers = found[prepared.file.number]
        if kind == "events":
            lines.replace_lines(prepared.file.path, dict.fromkeys(numbers, MARKER))
        else:
            rows.empty(prepared.file.path, numbers)
    if rewritten:
        raise Suppressed(rewritten)


def _names(namespace: str, type_: str, text: str) -> list[Name]:
    if type_ == "contact":
        return contacts(text, text)
    return [Name(namespace, type_, text)]
