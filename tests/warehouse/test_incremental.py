"""A warehouse that grew batch by batch equals one that is built at once, row for row."""

import numpy as np
import pytest

from tests.warehouse import random_shop
from tests.warehouse.conftest import at, empty_home

CLOCKS = {
    "loaded_at",
    "known_at",
    "events_loaded_at",
    "records_loaded_at",
    "lines_loaded_at",
    "order_lines_loaded_at",
}
SCHEMAS = ("staging", "intermediate", "marts")


def tables_of(home):
    """Return every table and view with its rows, without the clock columns."""
    relations = home.rows(
        "select table_schema, table_name, list(column_name order by ordinal_position) "
        f"from information_schema.columns where table_schema in {SCHEMAS} group by all order by all"
    )
    found = {}
    for schema, table, columns in relations:
        kept = ", ".join(column for column in columns if column not in CLOCKS)
        found[f"{schema}.{table}"] = sorted(
            home.rows(f"select {kept} from {schema}.{table}"), key=repr
        )
    return found


def crm(number, **given):
    return {
        "user_id": f"user-{number}",
        "email": f"person{number}@example.com",
        "updated_at": at(number),
        **given,
    }


def invoice_line(invoice, number, customer=None):
    return {
        "invoice": invoice,
        "stock_code": f"2000{number}",
        "description": f"Thing {number}",
        "quantity": -1 if invoice.startswith("C") else number,
        "unit_price": 1.25,
        "customer": customer,
        "country": "France",
        "invoice_at": at(number),
    }


@pytest.mark.parametrize("seed", [11, 12])
def test_batches_with_late_and_mixed_up_events_give_the_tables_of_one_build(
    seed, tmp_path, manifest
):
    generator = np.random.default_rng(seed)
    made = sorted(random_shop.events(generator, 360), key=lambda event: event["timestamp"])
    # Mostly in order of time, in four batches, some of them much too late.
    place = np.arange(360) / 90 + generator.random(360) * 0.2
    place[generator.random(360) < 0.1] = 3.5
    made = [{**event, "batch": min(int(p), 3)} for event, p in zip(made, place, strict=True)]
    batches = [
        [
            {k: v for k, v in event.items() if k != "batch"}
            for event in made
            if event["batch"] == number
        ]
        for number in range(4)
    ]
    customers = [
        [],
        [crm(1, city="Paris")],
        [],
        [crm(2), crm(1, city="Lyon", preferred_channel="sms")],
    ]
    invoices = [
        [invoice_line("500", 1, "17850"), invoice_line("501", 2)],
        [],
        [invoice_line("C502", 1, "17850")],
        [invoice_line("503", 1, "17850"), invoice_line("503", 3, "17850")],
    ]

    grown = empty_home(tmp_path / "grown", manifest)
    for events, records, lines in zip(batches, customers, invoices, strict=True):
        grown.deliver(events, customers=records, invoice_lines=lines)
        grown.build()
    at_once = empty_home(tmp_path / "at_once", manifest)
    for events, records, lines in zip(batches, customers, invoices, strict=True):
        at_once.deliver(events, customers=records, invoice_lines=lines)
    at_once.build()

    expected, actual = tables_of(at_once), tables_of(grown)
    assert list(actual) == list(expected)
    different = [table for table in expected if actual[table] != expected[table]]
    assert different == []
    assert len(expected["marts.fct_sessions"]) > 50
    assert len(expected["intermediate.int_customers_merged"]) > 3

    before = tables_of(grown)
    grown.build(full_refresh=True)
    assert tables_of(grown) == before
