import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from ml.lifetimes.gamma_gamma import GammaGamma, fit

MODEL = GammaGamma(p=6.0, q=4.0, v=15.0)


def one(count, mean):
    return np.array([float(count)]), np.array([float(mean)])


def integrated(function):
    """Average over everybody's rate of value, by brute force."""

    def weighted(rate):
        return function(rate) * stats.gamma.pdf(rate, MODEL.q, scale=1 / MODEL.v)

    return integrate.quad(weighted, 0, 4, epsabs=0, epsrel=1e-10, limit=400)[0]


@pytest.mark.parametrize(("count", "mean"), [(1, 35.0), (3, 20.0), (10, 80.0)])
def test_likelihood_and_expectation_are_the_integrals_of_the_story(count, mean):
    def density(rate):
        # the mean of n values, each Gamma(p, rate), is Gamma(p n, rate n)
        return stats.gamma.pdf(mean, MODEL.p * count, scale=1 / (rate * count))

    whole = integrated(density)
    expected = integrated(lambda rate: density(rate) * MODEL.p / rate) / whole

    assert MODEL.log_likelihoods(*one(count, mean))[0] == pytest.approx(np.log(whole), abs=1e-7)
    assert MODEL.expected(*one(count, mean))[0] == pytest.approx(expected, rel=1e-7)


def test_simulated_values_are_found_again():
    chance = np.random.default_rng(5)
    counts = chance.integers(1, 8, 50_000).astype(float)
    rates = chance.gamma(MODEL.q, 1 / MODEL.v, len(counts))
    means = chance.gamma(MODEL.p * counts, 1 / rates) / counts
    model = fit(counts, means)

    assert (model.p, model.q, model.v) == pytest.approx((MODEL.p, MODEL.q, MODEL.v), rel=0.05)


@given(count=st.integers(1, 100), mean=st.floats(0.01, 1e5))
def test_what_is_expected_lies_between_the_customer_and_everybody(count, mean):
    everybody = MODEL.expected(*one(0, np.nan))[0]
    expected = MODEL.expected(*one(count, mean))[0]

    assert everybody == pytest.approx(15.0 * 6.0 / 3.0)  # v p / (q - 1)
    assert min(mean, everybody) * (1 - 1e-9) <= expected <= max(mean, everybody) * (1 + 1e-9)


def test_more_purchases_bring_it_nearer_to_the_customers_own_mean():
    few, many = (MODEL.expected(*one(count, 90.0))[0] for count in (1, 20))

    assert 30.0 < few < many < 90.0


def test_a_customer_unknown_yet_is_of_infinite_value_where_the_model_says_so():
    assert GammaGamma(2.0, 0.9, 1.0).expected(*one(0, 0.0))[0] == np.inf


def test_values_that_tell_nothing_are_refused():
    with pytest.raises(ValueError, match="means above 0"):
        fit(*one(1, 0.0))
    with pytest.raises(ValueError, match="counts must be at least 1"):
        fit(*one(0, 3.0))
    with pytest.raises(ValueError, match="fewer than two"):
        fit(np.ones(3), np.full(3, 9.0))
    with pytest.raises(ValueError, match="differ in shape"):
        MODEL.log_likelihoods(np.ones(2), np.ones(3))


def test_a_stored_model_is_the_same_model():
    assert GammaGamma.restore(*MODEL.state()) == MODEL
