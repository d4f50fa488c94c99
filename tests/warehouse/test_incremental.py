"""A warehouse that grew batch by batch equals one that is built at once, row for row."""

import numpy as np
import pytest

from tests.warehouse import random_shop
from tests.warehouse.conftest import AFTER_IDENTITY, at, empty_home

CLOCKS = ("loaded_at", "known_at")
SCHEMAS = ("staging", "intermediate", "marts")


def tables_of(home):
    """Return every table and view with its rows, without the clock columns."""
    relations = home.rows(
        "select table_schema, table_name, list(column_name order by ordinal_position) "
        f"from information_schema.columns where table_schema in {SCHEMAS} group by all order by all"
    )
    found = {}
    for schema, table, columns in relations:
        kept = ", ".join(column for column in columns if not column.endswith(CLOCKS))
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


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
def test_batches_with_late_and_mixed_up_events_give_the_tables_of_one_build(
    seed, tmp_path, manifest
):
    batches = batches_of(np.random.default_rng(seed), 360)
    customers = [[crm(1, city="Paris")], [], [crm(2), crm(1, city="Rome", phone="+49 170 1234567")]]
    invoices = [
        [invoice_line("500", 1, "17850"), invoice_line("501", 2)],
        [invoice_line("C502", 1, "17850")],
        [invoice_line("503", 1, "17850"), invoice_line("503", 3, "17850")],
    ]
    grown = empty_home(tmp_path / "grown", manifest)
    at_once = empty_home(tmp_path / "at_once", manifest)
    stopped = ["int_events_sessionized", "int_products_observed"]
    for number, (events, records, lines) in enumerate(
        zip(batches, customers, invoices, strict=True)
    ):
        grown.deliver(events, customers=records, invoice_lines=lines)
        grown.build(only=stopped if number == 1 else AFTER_IDENTITY)  # the second run was killed
        at_once.deliver(events, customers=records, invoice_lines=lines)
    at_once.build()

    expected, actual = tables_of(at_once), tables_of(grown)
    assert list(actual) == list(expected)
    assert [table for table in expected if actual[table] != expected[table]] == []
    assert len(expected["marts.fct_sessions"]) > 50
    assert len(expected["intermediate.int_customers_merged"]) > 3

    grown.build(full_refresh=True)
    assert tables_of(grown) == expected


def batches_of(generator, count):
    """Mostly in order of time, in three batches, some events much too late."""
    made = sorted(random_shop.events(generator, count), key=lambda event: event["timestamp"])
    place = np.arange(count) / count * 3 + generator.random(count) * 0.2
    place[generator.random(count) < 0.1] = 2.5
    return [
        [event for event, where in zip(made, place, strict=True) if min(int(where), 2) == number]
        for number in range(3)
    ]


def test_a_batch_writes_anew_only_what_it_may_change(home):
    def page(minutes, who):
        return {"type": "page", "anonymous_id": who, "timestamp": at(minutes)}

    home.deliver([page(0, "ann"), page(100, "ann"), page(110, "ann"), page(0, "bob")])
    home.build()
    home.deliver([page(130, "ann"), page(500, "bob")])
    home.build()
    rows = home.rows(
        "select timestamp, known_at = max(known_at) over () from "
        "intermediate.int_events_sessionized order by all"
    )
    assert rows == [
        (at(0), False),  # ann's first session
        (at(0), False),  # bob's, long over
        (at(100), True),  # ann's second goes on
        (at(110), True),
        (at(130), True),
        (at(500), True),
    ]
    home.build()
    assert home.rows("select count(distinct known_at) from intermediate.int_sessions_summed") == [
        (2,)
    ]


def test_late_events_bridge_sessions_and_do_not_outdate_what_is_newer(home):
    def page(minutes, who, source="shop"):
        return {
            "type": "page",
            "anonymous_id": who,
            "timestamp": at(minutes),
            "source": source,
            "properties": {"product_id": "p1", "name": f"Seen at {minutes}"},
        }

    home.deliver(
        [
            *(page(minutes, "ann") for minutes in (0, 20, 70, 130)),
            *(page(minutes, "bob") for minutes in (0, 20, 40)),
            page(35, "bob", "app"),
        ]
    )
    home.build()
    home.deliver([page(45, "ann"), page(50, "bob")])
    home.build()
    sessions = home.rows(
        "select identifier, s.source, started_at, ended_at, page_views from marts.fct_sessions s "
        "join marts.dim_customer_identifiers using (customer_id) order by all"
    )
    assert sessions == [
        ("ann", "shop", at(0), at(70), 4),  # the late event joined what had been two
        ("ann", "shop", at(130), at(130), 1),
        ("bob", "app", at(35), at(35), 1),
        ("bob", "shop", at(0), at(50), 4),  # whole, though another of his sessions began inside it
    ]
    assert home.rows("select name from marts.dim_products") == [("Seen at 130",)]
