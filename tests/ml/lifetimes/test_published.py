"""The published figures of the CDNOW sample, 39 weeks, found again."""

import numpy as np
import pandas as pd
import pytest

from ml.lifetimes import bg_nbd, gamma_gamma

END = pd.Timestamp("1997-09-30")


@pytest.fixture(scope="module")
def calibration(real_data):
    names = ["master_id", "customer_id", "date", "quantity", "value"]
    bought = pd.read_csv(
        real_data / "cdnow_sample.txt", sep=r"\s+", names=names, dtype={"date": str}
    )
    bought["date"] = pd.to_datetime(bought["date"], format="%Y%m%d")
    bought = bought[bought["date"] <= END]
    days = bought.groupby(["customer_id", "date"], as_index=False)["value"].sum()
    days["is_repeat"] = days["date"] > days.groupby("customer_id")["date"].transform("min")
    repeats = days[days["is_repeat"]].groupby("customer_id")["value"].agg(["size", "mean"])
    found = days.groupby("customer_id")["date"].agg(["min", "max"]).join(repeats)
    week = pd.Timedelta(days=7)
    return pd.DataFrame(
        {
            "repeats": found["size"].fillna(0.0),
            "last": (found["max"] - found["min"]) / week,
            "age": (END - found["min"]) / week,
            "mean": found["mean"],
        }
    )


@pytest.fixture(scope="module")
def histories(calibration):
    return bg_nbd.Histories(*(calibration[c].to_numpy() for c in ("repeats", "last", "age")))


def test_the_published_parameters_of_bg_nbd_are_found(histories):
    model = bg_nbd.fit(histories)

    assert len(histories.repeats) == 2357
    assert (round(model.r, 3), round(model.alpha, 3)) == (0.243, 4.414)
    assert (round(model.a, 3), round(model.b, 3)) == (0.793, 2.426)
    assert round(model.log_likelihoods(histories).sum(), 1) == -9582.4


def test_the_published_customer_is_expected_to_buy_as_published(histories):
    model = bg_nbd.fit(histories)
    customer = bg_nbd.Histories(np.array([2.0]), np.array([30.43]), np.array([38.86]))

    assert model.expected(customer, 39)[0] == pytest.approx(1.226, abs=5e-4)


def test_the_published_parameters_of_gamma_gamma_are_found(calibration):
    again = calibration[(calibration["repeats"] > 0) & (calibration["mean"] > 0)]
    model = gamma_gamma.fit(again["repeats"].to_numpy(), again["mean"].to_numpy())

    assert len(again) == 946
    assert (round(model.p, 2), round(model.q, 2), round(model.v, 2)) == (6.25, 3.74, 15.44)
