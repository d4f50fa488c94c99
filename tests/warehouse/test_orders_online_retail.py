"""Orders, refunds and customers of the real set against a computation in pandas."""

import pandas as pd
import pytest

from tests.warehouse.conftest import LOADED, empty_home

SERVICE_CODES = {
    "POST",
    "DOT",
    "C2",
    "D",
    "M",
    "S",
    "B",
    "PADS",
    "CRUK",
    "BANK CHARGES",
    "AMAZONFEE",
}


@pytest.fixture(scope="module")
def lines(real_data):
    lines = pd.read_parquet(real_data / "online_retail.parquet")
    return pd.DataFrame(
        {
            "invoice": lines["InvoiceNo"],
            "stock_code": lines["StockCode"],
            "description": lines["Description"],
            "quantity": lines["Quantity"].astype(int),
            "unit_price": lines["UnitPrice"].astype(float),
            "customer": lines["CustomerID"].where(lines["CustomerID"].str.strip() != ""),
            "invoice_at": pd.to_datetime(lines["InvoiceDate"]),
            "country": lines["Country"],
        }
    )


@pytest.fixture(scope="module")
def home(lines, tmp_path_factory, manifest):
    home = empty_home(tmp_path_factory.mktemp("retail"), manifest)
    rows = lines.assign(
        source="online_retail", file_number=1, line=range(1, len(lines) + 1), loaded_at=LOADED
    )
    with home.connect() as connection:
        connection.register("rows", rows)
        connection.execute("insert into raw.online_retail by name select * from rows")
        connection.execute("insert into ops.moments values (null, now())")
    home.build()
    return home


def test_the_set_is_the_one_published(lines):
    assert len(lines) == 541_909
    assert lines["invoice"].nunique() == 25_900
    assert (lines["quantity"] * lines["unit_price"]).sum() == pytest.approx(9_747_747.934)


def test_orders_are_the_invoices_that_sell_something(home, lines):
    sold = lines[
        ~lines["invoice"].str.startswith("C") & (lines["quantity"] > 0) & (lines["unit_price"] > 0)
    ]
    code = sold["stock_code"].str.upper()
    is_goods = ~(code.isin(SERVICE_CODES) | code.str.startswith("GIFT"))
    expected = pd.DataFrame(
        {
            "revenue": (sold["quantity"] * sold["unit_price"]).groupby(sold["invoice"]).sum(),
            "item_count": (sold["quantity"] * is_goods).groupby(sold["invoice"]).sum(),
            "ordered_at": sold.groupby("invoice")["invoice_at"].min(),
        }
    ).sort_index()
    orders = (
        home.read(
            "select order_id, revenue::double as revenue, item_count, ordered_at "
            "from marts.fct_orders"
        )
        .set_index("order_id")
        .sort_index()
    )
    assert list(orders.index) == list(expected.index)
    assert orders["revenue"].to_numpy() == pytest.approx(expected["revenue"].to_numpy())
    assert (orders["item_count"].to_numpy() == expected["item_count"].to_numpy()).all()
    assert (orders["ordered_at"].to_numpy() == expected["ordered_at"].to_numpy()).all()
    ((count, goods),) = home.rows(
        "select count(*), count(*) filter (where is_goods) from marts.fct_order_lines"
    )
    assert (count, goods) == (len(sold), is_goods.sum())


def test_refunds_are_the_cancellations_and_name_no_order(home, lines):
    back = lines[lines["invoice"].str.startswith("C")]
    expected = -(back["quantity"] * back["unit_price"]).groupby(back["invoice"]).sum()
    refunds = home.read(
        "select split_part(refund_id, ':', 2) as invoice, amount::double as amount, order_id "
        "from marts.fct_refunds order by 1"
    )
    assert refunds["invoice"].tolist() == sorted(expected.index)
    assert refunds["amount"].to_numpy() == pytest.approx(expected.sort_index().to_numpy())
    assert refunds["order_id"].isna().all()
    assert (refunds["amount"] > 0).all()


def test_no_money_of_the_set_is_lost(home, lines):
    ((revenue, refunded),) = home.rows(
        "select (select sum(revenue) from marts.fct_orders)::double, "
        "(select sum(amount) from marts.fct_refunds)::double"
    )
    # two corrections of bad debt (invoices A…) of a negative price are neither sold nor given back
    bad_debt = lines[(lines["unit_price"] < 0)]
    assert list(bad_debt["stock_code"]) == ["B", "B"]
    corrected = (bad_debt["quantity"] * bad_debt["unit_price"]).sum()
    assert revenue - refunded + corrected == pytest.approx(9_747_747.934)


def test_customers_are_those_named_and_one_for_each_invoice_without(home, lines):
    named = lines.dropna(subset=["customer"]).groupby("customer")["invoice"].unique()
    unnamed = lines[lines["customer"].isna()]["invoice"].nunique()
    assert (len(named), unnamed) == (4_372, 3_710)
    ((customers, known),) = home.rows(
        "select count(*), count(*) filter (where is_known) from marts.dim_customers"
    )
    assert (customers, known) == (len(named) + unnamed, len(named))

    orders = home.read(
        "select i.identifier as customer, count(*) as orders, sum(revenue)::double as revenue "
        "from marts.fct_orders join marts.dim_customer_identifiers i using (customer_id) "
        "where identifier_type = 'user_id' group by all"
    ).set_index("customer")
    sold = lines[(lines["quantity"] > 0) & (lines["unit_price"] > 0)].dropna(subset=["customer"])
    by_customer = sold.assign(value=sold["quantity"] * sold["unit_price"]).groupby("customer")
    expected = by_customer.agg(orders=("invoice", "nunique"), revenue=("value", "sum"))
    assert len(orders) == 4_338
    assert orders.loc[expected.index, "orders"].tolist() == expected["orders"].tolist()
    assert orders.loc[expected.index, "revenue"].to_numpy() == pytest.approx(
        expected["revenue"].to_numpy()
    )


def test_products_are_goods_with_a_real_description(home):
    ((count, unnamed, services),) = home.rows(
        "select count(*), count(*) filter (where name is null), "
        "count(*) filter (where upper(product_id) in ('POST', 'M', 'DOT', 'AMAZONFEE')) "
        "from marts.dim_products"
    )
    assert count > 3_800
    assert (unnamed, services) == (0, 0)
