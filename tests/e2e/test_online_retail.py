"""The real set through the whole line, against a computation in pandas of its own."""

import numpy as np
import pandas as pd
import pytest

from tests.e2e.servers import table, tessera


@pytest.fixture(scope="module")
def home(tmp_path_factory, real_data):
    home = tmp_path_factory.mktemp("retail") / "home"
    tessera(home, "load", str(real_data / "online_retail.parquet"), "--source", "online_retail")
    tessera(home, "run", "refresh_everything")
    return home


@pytest.fixture(scope="module")
def lines(real_data):
    lines = pd.read_parquet(real_data / "online_retail.parquet")
    lines["quantity"] = lines["Quantity"].astype(int)
    lines["price"] = lines["UnitPrice"].astype(float)
    lines["at"] = pd.to_datetime(lines["InvoiceDate"])
    lines["value"] = lines["quantity"] * lines["price"]
    lines["customer"] = (
        lines["CustomerID"].replace({"": None, "nan": None}).str.replace(".0", "", regex=False)
    )
    return lines


@pytest.fixture(scope="module")
def orders(lines):
    """One row per invoice that sells something: not a cancellation, a positive line in it."""
    sold = lines[
        ~lines["InvoiceNo"].str.startswith("C") & (lines["quantity"] > 0) & (lines["price"] > 0)
    ]
    return (
        sold.groupby("InvoiceNo")
        .agg(revenue=("value", "sum"), at=("at", "min"), customer=("customer", "first"))
        .reset_index()
    )


@pytest.fixture(scope="module")
def refunds(lines):
    cancelled = lines[lines["InvoiceNo"].str.startswith("C")]
    return (
        cancelled.groupby("InvoiceNo")
        .agg(
            amount=("value", lambda values: -values.sum()),
            at=("at", "min"),
            customer=("customer", "first"),
        )
        .reset_index()
    )


def test_every_line_is_accounted_for(home):
    (file,) = table(home, "select * from raw.loaded_files where source = 'online_retail'")
    assert file["rows_read"] == 541_909
    assert file["rows_stored"] + file["rows_duplicate"] + file["rows_rejected"] == 541_909
    assert file["rows_duplicate"] == 0


def test_orders_equal_the_independent_computation(home, orders):
    (row,) = table(
        home,
        "select count(*) as orders, sum(revenue) as revenue, min(ordered_at)::varchar as first "
        "from marts.fct_orders",
    )
    assert row["orders"] == len(orders)
    assert row["revenue"] == pytest.approx(orders["revenue"].sum(), abs=0.01)
    assert row["first"] == str(orders["at"].min())
    ours = pd.DataFrame(table(home, "select order_id, revenue from marts.fct_orders")).set_index(
        "order_id"
    )
    theirs = orders.set_index("InvoiceNo")["revenue"]
    assert (ours["revenue"] - theirs).abs().max() < 1e-6


def test_refunds_equal_the_independent_computation(home, refunds):
    (row,) = table(
        home,
        "select count(*) as refunds, sum(amount) as amount, count(order_id) as named "
        "from marts.fct_refunds",
    )
    assert row["refunds"] == len(refunds)
    assert row["amount"] == pytest.approx(refunds["amount"].sum(), abs=0.01)
    assert row["named"] == 0


def test_customers_are_those_of_the_set_and_one_for_each_invoice_without(home, lines):
    named = lines["customer"].dropna().nunique()
    unnamed = lines.loc[lines["customer"].isna(), "InvoiceNo"].nunique()
    (row,) = table(
        home,
        "select count(*) filter (where is_known) as named,"
        " count(*) filter (where not is_known) as unnamed"
        " from marts.dim_customers",
    )
    assert (row["named"], row["unnamed"]) == (named, unnamed)


def test_rfm_equals_the_independent_computation(home, orders, refunds, lines):
    """By recency, frequency and money alone, since our customer ids are pseudonyms."""
    as_of = lines["at"].max()
    orders = orders.assign(customer=orders["customer"].fillna("invoice " + orders["InvoiceNo"]))
    refunds = refunds.assign(customer=refunds["customer"].fillna("invoice " + refunds["InvoiceNo"]))
    rfm = orders.groupby("customer").agg(
        last=("at", "max"), frequency=("at", "size"), revenue=("revenue", "sum")
    )
    refunded = refunds.groupby("customer")["amount"].sum().reindex(rfm.index).fillna(0.0)
    rfm["recency_days"] = (as_of - rfm["last"]).dt.days
    rfm["monetary"] = (rfm["revenue"] - refunded).round(2)
    for score, values in {
        "r": -rfm["recency_days"],
        "f": rfm["frequency"],
        "m": rfm["monetary"],
    }.items():
        rfm[f"{score}_score"] = np.minimum(1 + np.floor(5 * percent_rank(values)), 5).astype(int)
    rfm["rfm_score"] = rfm[["r_score", "f_score", "m_score"]].sum(axis=1)
    combined = rfm["rfm_score"] * 1e9 + rfm["monetary"]
    rfm["is_top_decile"] = percent_rank(combined) >= 0.9

    columns = [
        "recency_days",
        "frequency",
        "monetary",
        "r_score",
        "f_score",
        "m_score",
        "rfm_score",
        "is_top_decile",
    ]
    ours = pd.DataFrame(
        table(
            home,
            f"select {', '.join(columns)} from features.ftr_customers where rfm_score is not null",
        )
    )
    ours["monetary"] = ours["monetary"].round(2)
    assert len(ours) == len(rfm)
    ours = ours[columns].sort_values(columns).reset_index(drop=True)
    theirs = rfm[columns].sort_values(columns).reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)


def test_segments_of_value_and_lifecycle_have_members(home, orders):
    sizes = {
        row["segment"]: row["size"]
        for row in table(home, "select segment, size from segments.dim_segments")
    }
    print(sizes)
    value_and_lifecycle = {
        "frequent_buyers",
        "high_value_customers",
        "high_value_lapsed",
        "lapsed_customers",
        "one_time_buyers",
        "purchase_frequency_falling",
        "purchase_frequency_rising",
        "recent_buyers",
        "seasonal_shoppers",
    }
    assert {segment for segment in value_and_lifecycle if not sizes[segment]} == set()
    # an invoice without a customer is a customer of its own, who buys once
    named = orders.dropna(subset="customer")
    counts = named.groupby("customer").size()
    unnamed = orders["customer"].isna().sum()
    assert sizes["one_time_buyers"] == (counts == 1).sum() + unnamed
    # without visits there is nothing to say of behaviour
    assert sizes["cart_abandoners"] == sizes["category_interest"] == sizes["mobile_users"] == 0


def percent_rank(values):
    """(rank - 1) / (n - 1), equal values sharing the lowest rank."""
    return (values.rank(method="min") - 1) / max(len(values) - 1, 1)
