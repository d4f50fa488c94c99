import numpy as np
import pytest

from ml.lifetimes import contributions
from ml.lifetimes.bg_nbd import BgNbd
from ml.lifetimes.gamma_gamma import GammaGamma
from ml.lifetimes.value import LifetimeModel
from tests.ml.lifetimes.test_value import TRUTH, shop

MODEL = LifetimeModel(TRUTH, GammaGamma(6.0, 4.0, 15.0), 30.0)
YEAR = {"horizon_days": 365, "yearly_discount": 0.1}


def sums(lists):
    return np.array([sum(part["contribution"] for part in row) for row in lists.to_pylist()])


def test_contributions_sum_to_the_logarithm_beside_a_new_buyer():
    customers = shop(200)[0]
    orders = MODEL.expected_orders(customers, 30)
    value = MODEL.lifetime_values(customers, **YEAR)

    of_new = TRUTH.expected_of_new(30)
    assert sums(contributions.of_orders(MODEL, customers, 30)) == pytest.approx(
        np.log(orders / of_new), abs=1e-5
    )
    of_new = MODEL.lifetime_values(contributions.NEW, **YEAR)[0]
    assert sums(contributions.of_value(MODEL, customers, **YEAR)) == pytest.approx(
        np.log(value / of_new), abs=1e-5
    )


def test_who_was_silent_for_long_is_held_back_by_the_chance_that_they_are_active():
    customers = shop(1)[0].assign(repeats=12.0, last_days=60.0, age_days=180.0, mean_value=20.0)
    (why,) = contributions.of_value(MODEL, customers, **YEAR).to_pylist()

    strongest = why[0]
    assert strongest["feature"] == "chance_active"
    assert strongest["contribution"] == pytest.approx(np.log(strongest["value"]), abs=1e-5)
    assert {part["feature"] for part in why} == set(contributions.VALUE)
    (rate,) = [part for part in why if part["feature"] == "orders_if_active"]
    assert rate["contribution"] > 0  # 12 repeats within 180 days


def test_a_chance_too_small_for_a_number_still_has_a_finite_contribution():
    customers = shop(1)[0].assign(repeats=900.0, last_days=900.0, age_days=90_000.0)
    model = LifetimeModel(BgNbd(0.8, 30.0, 5.0, 0.1), None, 30.0)

    assert model.alive(customers)[0] == 0.0
    assert np.isfinite(sums(contributions.of_orders(model, customers, 30))).all()
