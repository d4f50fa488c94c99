"""Recency, frequency and monetary value by hand, in their limit cases, and on real orders."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.warehouse.feature_home import FeatureHome

AS_OF = pd.Timestamp("2026-04-01 12:00:00")
MODELS = ["int_orders_revised", "int_orders_evaluated", "int_refunds_evaluated", "ftr_rfm"]
HOUR = pd.Timedelta(hours=1)
DAY = pd.Timedelta(days=1)


def order(
    customer: str, order_id: str, age: pd.Timedelta, revenue: float, source: str = "shop"
) -> dict:
    return {
        "customer_id": customer,
        "order_id": order_id,
        "source": source,
        "ordered_at": AS_OF - age,
        "revenue": revenue,
    }


def refund(customer: str, order_id: str | None, age: pd.Timedelta, amount: float) -> dict:
    return {
        "refund_id": f"{customer}-{order_id}-{age}",
        "customer_id": customer,
        "order_id": order_id,
        "source": "shop",
        "refunded_at": AS_OF - age,
        "amount": amount,
    }


@pytest.fixture(scope="module")
def scored(tmp_path_factory, manifest) -> pd.DataFrame:
    """Score the customers below at AS_OF, and the first of them alone years before."""
    early = AS_OF - 1000 * DAY
    orders = [
        order("early", "e1", 1000 * DAY + HOUR, 50),
        # six whole scores: recency 0, 1, 2, 3, 4 and 4 days; 1 or 2 orders
        order("a", "a1", 23 * HOUR, 10),
        order("b", "b1", 24 * HOUR, 20),
        order("c", "c1", 2 * DAY, 30),
        order("d", "d1", 3 * DAY, 30),
        order("e", "e2", 4 * DAY, 25),
        order("e", "e3", 4 * DAY + HOUR, 25),
        # the order counts until the refund, which came after AS_OF
        order("f", "f1", 4 * DAY, 5),
        order("later", "l1", -HOUR, 99),
        order("returned", "r1", DAY, 40),
        order("other_source", "r1", DAY, 40, source="online_retail"),
        order("free", "z1", 9 * DAY, 0),
    ]
    refunds = [
        refund("f", "f1", -HOUR, 5),
        refund("d", "d1", DAY, 10),  # 30 - 10 = 20: as much as b
        refund("c", None, DAY, 3),  # names no order: lowers monetary only, 30 - 3 = 27
        refund("c", "unknown", DAY, 2),  # names no known order: 27 - 2 = 25
        refund("returned", "r1", 12 * HOUR, 15),
        refund("returned", "r1", HOUR, 25),  # 15 + 25 = 40: now fully refunded
    ]
    home = FeatureHome(tmp_path_factory.mktemp("rfm"), manifest)
    home.fill(
        {
            "intermediate.int_moments_evaluated": pd.DataFrame(
                {"as_of": [early, AS_OF], "known_at": AS_OF}
            ),
            "intermediate.int_orders_united": pd.DataFrame(orders),
            "intermediate.int_refunds_united": pd.DataFrame(refunds),
        }
    )
    home.run(MODELS)
    return home.table("features.ftr_rfm", "as_of", "customer_id")


@pytest.fixture(scope="module")
def now(scored) -> pd.DataFrame:
    return scored[scored["as_of"] == AS_OF].set_index("customer_id")


def test_only_customers_with_an_order_not_fully_refunded_are_scored(now):
    # `later` has not ordered yet, `returned` gave all back; the order of the same number in another
    # source is another order
    assert sorted(now.index) == ["a", "b", "c", "d", "e", "early", "f", "free", "other_source"]


def test_recency_counts_whole_days(now):
    # 23 hours are 0 days, 24 hours are 1
    assert now["recency_days"].to_dict() == {
        "a": 0, "b": 1, "other_source": 1, "c": 2, "d": 3, "e": 4, "f": 4, "free": 9, "early": 1000,
    }  # fmt: skip


def test_monetary_is_revenue_less_refunds_up_to_the_moment(now):
    assert now["monetary"].to_dict() == {
        "a": 10, "b": 20, "c": 25, "d": 20, "e": 50, "f": 5, "free": 0, "early": 50,
        "other_source": 40,
    }  # fmt: skip


def test_scores_are_one_plus_five_times_percent_rank(now):
    # nine customers: percent_rank = (how many are worse) / 8, from worst to best
    # recency, worst first: early 0/8, free 1/8, e and f 2/8, d 4/8, c 5/8, b and other_source 6/8,
    # a 8/8
    assert now["r_score"].to_dict() == {
        "early": 1,  # 1 + floor(0)
        "free": 1,  # 1 + floor(0.625)
        "e": 2, "f": 2,  # 1 + floor(1.25), equal values get equal scores
        "d": 3,  # 1 + floor(2.5)
        "c": 4,  # 1 + floor(3.125)
        "b": 4, "other_source": 4,  # 1 + floor(3.75)
        "a": 5,  # 1 + floor(5) = 6, at most 5
    }  # fmt: skip
    # frequency: all have 1 order but e with 2: 0/8 and 8/8
    assert now["f_score"].to_dict() == {**dict.fromkeys(now.index, 1), "e": 5}
    # monetary: free 0/8, f 1/8, a 2/8, b and d 3/8, c 5/8, other_source 6/8, e and early 7/8
    assert now["m_score"].to_dict() == {
        "free": 1, "f": 1, "a": 2, "b": 2, "d": 2, "c": 4, "e": 5, "early": 5, "other_source": 4,
    }  # fmt: skip


def test_the_top_decile_is_ranked_by_score_and_then_by_monetary(now):
    # sums: e 2+5+5 = 12; other_source and c 4+1+4 = 9; percent_rank of the best is 8/8, of the next
    # 7/8 < 0.9
    assert now["rfm_score"]["e"] == 12
    assert now["rfm_score"]["other_source"] == now["rfm_score"]["c"] == 9
    assert now.index[now["is_top_decile"]].to_list() == ["e"]


def test_a_single_customer_has_the_lowest_scores(scored):
    # percent_rank of one row is 0
    first = scored[scored["as_of"] < AS_OF]
    columns = [
        "customer_id",
        "recency_days",
        "r_score",
        "f_score",
        "m_score",
        "rfm_score",
        "is_top_decile",
    ]
    assert first[columns].to_numpy().tolist() == [["early", 0, 1, 1, 1, 3, False]]


def test_scores_on_real_orders_equal_an_independent_computation(
    tmp_path_factory, manifest, real_data: Path
):
    lines = pd.read_parquet(real_data / "online_retail.parquet").rename(columns=str.lower)
    for column in ("quantity", "unitprice"):
        lines[column] = lines[column].astype(float)
    lines["at"] = pd.to_datetime(lines["invoicedate"], format="mixed")
    lines = lines[lines["customerid"].notna()].assign(
        customer_id=lambda frame: frame["customerid"].astype(str),
        paid=lambda frame: frame["quantity"] * frame["unitprice"],
    )
    sold = lines[(lines["quantity"] > 0) & (lines["unitprice"] > 0)]
    keys = ["customer_id", "invoiceno"]
    orders = sold.groupby(keys, as_index=False).agg(
        ordered_at=("at", "min"), revenue=("paid", "sum")
    )
    back = lines[lines["invoiceno"].str.startswith("C") & (lines["unitprice"] > 0)]
    refunds = back.groupby(keys, as_index=False).agg(
        refunded_at=("at", "min"), amount=("paid", "sum")
    )
    orders["revenue"], refunds["amount"] = orders["revenue"].round(4), -refunds["amount"].round(4)
    as_of = lines["at"].max()

    home = FeatureHome(tmp_path_factory.mktemp("rfm"), manifest)
    home.fill(
        {
            "intermediate.int_moments_evaluated": pd.DataFrame(
                {"as_of": [as_of], "known_at": as_of}
            ),
            "intermediate.int_orders_united": orders.rename(
                columns={"invoiceno": "order_id"}
            ).assign(source="online_retail"),
            "intermediate.int_refunds_united": refunds.drop(columns="invoiceno").assign(
                order_id=None, source="online_retail", refund_id=refunds["invoiceno"]
            ),
        }
    )
    home.run(MODELS)
    found = home.table("features.ftr_rfm", "customer_id").set_index("customer_id")

    wanted = orders.groupby("customer_id").agg(
        last=("ordered_at", "max"), frequency=("invoiceno", "count"), revenue=("revenue", "sum")
    )
    given_back = refunds.groupby("customer_id")["amount"].sum().reindex(wanted.index, fill_value=0)
    wanted["monetary"] = (wanted["revenue"] - given_back).round(4)
    wanted["recency_days"] = (as_of - wanted["last"]) // DAY
    count = len(wanted)
    scores = {
        "r_score": -wanted["recency_days"],
        "f_score": wanted["frequency"],
        "m_score": wanted["monetary"],
    }
    for name, values in scores.items():
        share = (values.rank(method="min") - 1) / (count - 1)
        wanted[name] = np.minimum(5, 1 + np.floor(5 * share)).astype(int)
    wanted["rfm_score"] = wanted[list(scores)].sum(axis=1)
    best = pd.MultiIndex.from_frame(wanted[["rfm_score", "monetary"]])
    rank = pd.Series(pd.factorize(best, sort=True)[0], index=wanted.index).rank(method="min") - 1
    wanted["is_top_decile"] = rank / (count - 1) >= 0.9

    assert count == 4338  # customers with an order, as published with the set
    assert math.isclose(found["monetary"].sum(), wanted["monetary"].sum(), rel_tol=1e-9)
    columns = [
        "recency_days",
        "frequency",
        "r_score",
        "f_score",
        "m_score",
        "rfm_score",
        "is_top_decile",
    ]
    pd.testing.assert_frame_equal(
        found[columns], wanted[columns], check_dtype=False, check_names=False, check_like=True
    )
