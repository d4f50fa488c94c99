"""What dbt itself tests, and what no single model can promise alone."""

import numpy as np
import pytest

from tests.warehouse import random_shop
from tests.warehouse.conftest import AFTER_IDENTITY, BEFORE_IDENTITY, at, empty_home

OURS = ["path:models/staging", "path:models/intermediate", "path:models/marts"]


@pytest.fixture(scope="module")
def home(tmp_path_factory, manifest):
    home = empty_home(tmp_path_factory.mktemp("marts"), manifest)
    home.deliver(
        random_shop.events(np.random.default_rng(3), 400),
        customers=[
            {"user_id": "user-1", "phone": "+49 170 1234567", "city": "Lyon", "updated_at": at(1)},
            {"email": "only@example.com", "first_name": "Only", "updated_at": at(2)},
            {"user_id": None, "email": "no address", "updated_at": at(3)},
        ],
        invoice_lines=[
            {
                "invoice": "1",
                "stock_code": "20001",
                "description": "Thing",
                "quantity": 1,
                "unit_price": 2.5,
                "customer": None,
                "country": "France",
                "invoice_at": at(5),
            }
        ],
    )
    home.build()
    return home


def test_the_keys_and_relations_of_the_models_hold(home):
    built = [*BEFORE_IDENTITY, *AFTER_IDENTITY]
    results = home.dbt(
        "test",
        "--indirect-selection",
        "cautious",
        "--select",
        *built,
        "--exclude",
        "test_type:unit",
    )
    assert len(results.results) > 25


def test_the_logic_of_each_model_holds(tmp_path_factory, manifest):
    home = empty_home(tmp_path_factory.mktemp("unit"), manifest)
    home.dbt("run", "--select", *OURS)
    results = home.dbt("test", "--select", *(f"test_type:unit,{path}" for path in OURS))
    assert len(results.results) > 30


def test_no_table_but_the_contacts_holds_an_address_or_a_name(home):
    planted = ["person1@example.com", "491701234567", "only@example.com", "name1"]
    tables = home.rows(
        "select table_schema || '.' || table_name from information_schema.tables where "
        "table_schema = 'marts' or table_name in ('int_traits_observed', 'int_events_sessionized')"
    )
    holding = set()
    for (table,) in tables:
        text = str(home.rows(f"select lower({table.split('.')[1]}::varchar) from {table}"))
        holding |= {table for value in planted if value in text}
    assert holding == {"marts.dim_customer_contacts"}


def test_every_event_session_and_order_belongs_to_a_customer_that_exists(home):
    for fact in ("fct_sessions", "fct_orders", "fct_refunds", "fct_order_lines"):
        assert home.rows(
            f"select count(*) from marts.{fact} anti join marts.dim_customers using (customer_id)"
        ) == [(0,)], fact
    ((events, in_sessions, with_visitor),) = home.rows(
        "select count(*), count(s.session_id), count(v.visitor_id) from marts.fct_events e "
        "left join marts.fct_sessions s using (session_id) "
        "left join marts.dim_visitors v on v.visitor_id = e.visitor_id"
    )
    assert events == in_sessions == with_visitor == 400
    assert home.rows(
        "select count(*) from marts.fct_sessions s where s.events != "
        "(select count(*) from marts.fct_events e where e.session_id = s.session_id)"
    ) == [(0,)]


def test_money_of_orders_is_that_of_their_sessions_and_refunds(home):
    ((in_orders, in_sessions, without_session),) = home.rows(
        "select (select sum(revenue) from marts.fct_orders where session_id is not null), "
        "(select sum(revenue) from marts.fct_sessions), "
        "(select count(*) from marts.fct_orders where session_id is null and source = 'shop')"
    )
    assert in_orders == in_sessions
    assert without_session == 0
    assert home.rows(
        "select sum(refunded) = (select sum(amount) from marts.fct_refunds join marts.fct_orders "
        "using (source, order_id)) from marts.fct_orders"
    ) == [(True,)]


def test_a_record_of_a_crm_table_alone_is_a_known_customer_with_contacts(home):
    assert home.rows(
        "select is_known, first_seen_at, identifier_count, email from marts.dim_customers "
        "join marts.dim_customer_contacts using (customer_id) where first_name = 'Only'"
    ) == [(True, at(2), 1, "only@example.com")]


def test_a_record_of_a_crm_table_and_the_events_of_its_user_are_one_customer(home):
    ((phone, identifiers),) = home.rows(
        "select phone, identifier_count from marts.dim_customer_identifiers "
        "join marts.dim_customers using (customer_id) "
        "join marts.dim_customer_contacts using (customer_id) where identifier = 'user-1'"
    )
    assert phone == "+491701234567"
    assert identifiers > 2


def test_a_home_without_any_row_builds(tmp_path_factory, manifest):
    home = empty_home(tmp_path_factory.mktemp("empty"), manifest)
    home.deliver([])
    home.build()
    assert home.rows("select count(*) from marts.dim_customers") == [(0,)]
    home.deliver([{"type": "page", "anonymous_id": "first", "timestamp": at(0)}])
    home.build()
    assert home.rows("select count(*) from marts.fct_sessions") == [(1,)]
