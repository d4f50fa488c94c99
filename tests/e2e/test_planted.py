"""Personal data that was planted is found where it may stand, and nowhere else."""

from pathlib import Path

import duckdb
import pytest

from tests.contents import contents
from tests.e2e import planted
from tests.e2e.servers import tessera

# What a source sent stands where it arrived, where it is typed, in contacts, and in targets that
# may have these.
ALLOWED = (
    "landing/",
    "warehouse.duckdb: raw.",
    "warehouse.duckdb: staging.",
    "warehouse.duckdb: intermediate.int_identifiers_",
    "warehouse.duckdb: intermediate.int_events_sessionized",
    "warehouse.duckdb: marts.dim_customer_contacts",
    "warehouse.duckdb: marts.dim_customer_identifiers",
    "contacts.duckdb",
    "exports/crm_files/",
)


@pytest.fixture(scope="module")
def audited(refreshed) -> Path:
    tessera(refreshed, "run", "audit_privacy")
    return refreshed


def test_planted_personal_data_stands_with_contacts_and_nowhere_it_should_not(audited):
    seen = sorted({where for where, text in contents(audited) if _names(text)})
    expected = [where for where in seen if any(part in where for part in ALLOWED)]
    assert [where for where in seen if where not in expected] == []
    # so that the search itself is known to find: what may hold it does
    for part in ("landing/", "raw.events", "marts.dim_customer_contacts", "contacts.duckdb"):
        assert any(part in where for where in expected), part


def test_a_whole_ip_address_stands_in_landing_files_alone(audited):
    seen = {where for where, text in contents(audited) if planted.ADDRESS in text}
    assert seen
    assert [where for where in seen if not where.startswith("landing/")] == []


def test_the_audit_names_every_column_that_holds_what_was_planted(audited):
    page = (audited / "reports" / "privacy.html").read_text()
    with duckdb.connect(str(audited / "warehouse.duckdb"), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where schema_name in ('staging', 'intermediate', 'marts') and not internal"
        ).fetchall()
        holding = {
            (f"{schema}.{table}", column)
            for schema, table, column in columns
            if _names(_column(connection, schema, table, column))
        }
    assert holding
    declared = {
        tuple(cell.split("</td>")[0] for cell in row.split("<td>")[1:3])
        for row in page.split("<tr>")
        if row.count("<td>") == 4
    }
    assert holding - declared == set()


def _column(connection: duckdb.DuckDBPyConnection, schema: str, table: str, column: str) -> str:
    rows = connection.execute(f'select distinct "{column}"::varchar from "{schema}"."{table}"')
    return str(rows.fetchall())


def _names(text: str) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in planted.WORDS)
