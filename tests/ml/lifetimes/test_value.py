import numpy as np
import pandas as pd
import pytest

from ml.lifetimes import value
from ml.lifetimes.bg_nbd import BgNbd
from ml.lifetimes.gamma_gamma import GammaGamma
from ml.lifetimes.value import LifetimeModel
from tests.ml.lifetimes.test_bg_nbd import simulated

TRUTH = BgNbd(r=0.8, alpha=30.0, a=1.0, b=3.0)
CUT, AFTER = 180, 60


def shop(count=6_000, seed=2, spread=4.0):
    """Histories up to the cut, and orders and values after it, of the same customers."""
    chance = np.random.default_rng(seed)
    whole = simulated_days(count, seed)
    means = 20 * chance.lognormal(0, 0.6, count) if spread else np.full(count, 20.0)
    repeats = np.array([np.sum((days > 0) & (days <= CUT)) for days in whole])
    last = np.array([max([0, *days[days <= CUT]]) for days in whole])
    later = np.array([np.sum((days > CUT) & (days <= CUT + AFTER)) for days in whole])
    paid = means * chance.gamma(20, 1 / 20, count)
    before = pd.DataFrame(
        {"repeats": repeats, "last_days": last, "age_days": CUT, "valued_days": repeats + 1,
         "mean_value": paid}
    )  # fmt: skip
    return before, pd.DataFrame({"orders": later, "value": later * means})


def simulated_days(count, seed):
    """Whole days with a purchase after the first, which is day 0."""
    chance = np.random.default_rng(seed)
    found = []
    for rate, leaves in zip(
        chance.gamma(TRUTH.r, 1 / TRUTH.alpha, count), chance.beta(TRUTH.a, TRUTH.b, count),
        strict=True,
    ):  # fmt: skip
        days, now = [], 0.0
        while (now := now + chance.exponential(1 / rate)) <= CUT + AFTER:
            days.append(np.ceil(now))
            if chance.random() < leaves:
                break
        found.append(np.unique(days))
    return found


def test_lifetime_value_is_orders_times_value_less_the_discount():
    model = LifetimeModel(TRUTH, GammaGamma(6.0, 4.0, 15.0), 30.0)
    customers = shop(50)[0]
    orders, worth = model.expected_orders(customers, 365), model.order_values(customers)

    plain = model.lifetime_values(customers, horizon_days=365, yearly_discount=0.0)
    less = model.lifetime_values(customers, horizon_days=365, yearly_discount=0.2)
    assert plain == pytest.approx(orders * worth)
    assert np.all((0.8 * plain < less) & (less < plain))


def test_equal_histories_are_given_equal_answers_in_their_order():
    model = LifetimeModel(TRUTH, None, 30.0)
    customers = shop(200)[0]
    one_by_one = [model.expected_orders(customers.iloc[[i]], 30.0)[0] for i in range(200)]

    assert model.expected_orders(customers, 30.0) == pytest.approx(one_by_one)
    assert len(model.expected_orders(customers.iloc[:0], 30.0)) == 0
    assert np.all((model.alive(customers) >= 0) & (model.alive(customers) <= 1))


def test_a_level_moves_the_days_that_it_was_learnt_for_and_no_others():
    plain = LifetimeModel(TRUTH, None, 30.0)
    levelled = LifetimeModel(TRUTH, None, 30.0, level=0.5, level_days=30.0)
    customers = shop(50)[0]

    near, year = (plain.expected_orders(customers, days) for days in (30, 365))
    assert levelled.expected_orders(customers, 30) == pytest.approx(0.5 * near)
    assert levelled.expected_orders(customers, 365) == pytest.approx(year - 0.5 * near)


def test_few_who_bought_again_teach_nothing():
    with pytest.raises(ValueError, match="0 customers bought again, 30 needed"):
        value.fit(shop(100)[0].assign(repeats=0, last_days=0))


def test_a_stored_model_is_the_same_model():
    for values, level in ((GammaGamma(6.0, 4.0, 15.0), 1.0), (None, 0.4)):
        model = LifetimeModel(TRUTH, values, 30.0, level=level, level_days=30.0)
        assert LifetimeModel.restore(*model.state()) == model


def test_the_simulated_shop_is_the_one_of_the_model():
    history = simulated(TRUTH, CUT, 6_000, seed=1)
    assert history.repeats.mean() == pytest.approx(TRUTH.expected_of_new(CUT), rel=0.1)
