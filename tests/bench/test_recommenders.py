import numpy as np
import pandas as pd
import pytest

from bench import recommenders
from ml.recommendations import metrics
from ml.recommendations.lineup import lineup


@pytest.fixture(scope="module")
def shop(real_data):
    return recommenders.read(real_data / "online_retail.parquet")


def test_rows_are_goods_that_known_customers_bought(shop, real_data):
    raw = pd.read_parquet(real_data / "online_retail.parquet")
    quantity, price = raw["Quantity"].astype(int), raw["UnitPrice"].astype(float)
    is_sold = raw["CustomerID"].notna() & (quantity > 0) & (price > 0)
    is_sold &= ~raw["InvoiceNo"].str.upper().str.startswith("C")
    codes = raw.loc[is_sold, "StockCode"].str.strip()
    is_service = codes.str.upper().isin(
        ["POST", "DOT", "C2", "M", "PADS", "BANK CHARGES", "D", "S", "CRUK"]
    )

    assert set(shop.purchases["product_id"]) == set(codes[~is_service])
    assert shop.purchases["customer_id"].nunique() == len(shop.countries) > 4_000


def test_nothing_that_is_tuned_on_reaches_into_the_period_reported_on(shop):
    validation, final = recommenders.cut(shop, days=30)

    ends = [each.cut + pd.Timedelta(days=30) for each in validation]
    assert max(ends) <= final.cut - pd.Timedelta(days=recommenders.GAP_DAYS)


@pytest.mark.slow
def test_the_hybrid_beats_personal_frequency_bare_als_and_every_single_model(shop):
    found, _ = recommenders.run(shop)

    recall = {each.name: each.recall() for each in found.judged}
    hybrid = recall.pop("hybrid")
    recall.pop("hybrid_high_value")
    assert set(recall) == set(lineup())
    assert hybrid.mean() >= 1.2 * recall["personal_frequency"].mean()
    assert hybrid.mean() >= 1.3 * recall["als_bare"].mean()
    best = max(recall.values(), key=np.mean)
    assert metrics.estimate(hybrid - best, seed=1).high >= 0
    # and among customers who bought before, without those for whom history says nothing
    has_bought = found.levels > 0
    for name, ratio in {"personal_frequency": 1.2, "als_bare": 1.3}.items():
        assert hybrid[has_bought].mean() >= ratio * recall[name][has_bought].mean()
