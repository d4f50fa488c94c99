import duckdb
import numpy as np
import pandas as pd

from dagster_project.predictions import examples

AS_OF = pd.Timestamp("2026-03-31 12:00:00")


def histories_of(orders):
    with duckdb.connect() as connection:
        connection.register("given", orders)
        for text in (
            "create schema marts; create schema intermediate",
            "create table marts.fct_orders as select customer_id, ordered_at, "
            "revenue::decimal(18, 4) as revenue from given",
            "create table intermediate.int_customers_learnable as "
            "select distinct customer_id from given",
        ):
            connection.execute(text)
        return examples.histories(connection, AS_OF, 30)


def test_the_order_of_orders_changes_no_history_by_a_single_bit():
    chance = np.random.default_rng(3)
    orders = pd.DataFrame(
        {
            "customer_id": [f"c{row % 7}" for row in range(2_000)],
            "ordered_at": AS_OF - pd.to_timedelta(chance.integers(-30, 900, 2_000), unit="D"),
            "revenue": chance.integers(-9, 10**7, 2_000) / 100,
        }
    )

    found = histories_of(orders)

    shuffled = histories_of(orders.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(found, shuffled, check_exact=True)
    mine = orders[(orders["customer_id"] == "c1") & (orders["ordered_at"] <= AS_OF)]
    days = mine.groupby(mine["ordered_at"].dt.date)["revenue"].sum()
    one = found.set_index("customer_id").loc["c1"]
    assert one["repeats"] == len(days) - 1
    np.testing.assert_allclose(one["mean_value"], days[days > 0].mean(), rtol=1e-12)
