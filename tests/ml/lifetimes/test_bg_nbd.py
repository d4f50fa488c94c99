import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats

from ml.lifetimes.bg_nbd import BgNbd, Histories, fit

MODEL = BgNbd(r=0.8, alpha=6.0, a=1.7, b=2.4)


def of(repeats, last, age):
    return Histories(*(np.array([float(value)]) for value in (repeats, last, age)))


def likelihood_of(rate, leaves, repeats, last, age):
    """One customer with known rate and chance of leaving, from the story that the model tells."""
    arrivals = rate**repeats * (1 - leaves) ** repeats * np.exp(-rate * age)
    if repeats == 0:
        return arrivals, np.zeros_like(arrivals)
    left = rate**repeats * leaves * (1 - leaves) ** (repeats - 1) * np.exp(-rate * last)
    return arrivals, left


POINTS, WEIGHTS = np.polynomial.legendre.leggauss(500)
POINTS, WEIGHTS = (POINTS + 1) / 2, WEIGHTS / 2


def integrated(function):
    """Average over everybody's rate and chance of leaving, by brute force over their quantiles."""
    rates = stats.gamma.ppf(POINTS, MODEL.r, scale=1 / MODEL.alpha)
    leaves = stats.beta.ppf(POINTS, MODEL.a, MODEL.b)
    return WEIGHTS @ function(rates[:, None], leaves[None, :]) @ WEIGHTS


@pytest.mark.parametrize(("repeats", "last", "age"), [(0, 0, 20), (1, 3, 20), (4, 18, 20)])
def test_likelihood_and_chance_to_be_alive_are_the_integrals_of_the_story(repeats, last, age):
    stayed = integrated(lambda rate, p: likelihood_of(rate, p, repeats, last, age)[0])
    left = integrated(lambda rate, p: likelihood_of(rate, p, repeats, last, age)[1])
    history = of(repeats, last, age)

    assert MODEL.log_likelihoods(history)[0] == pytest.approx(np.log(stayed + left), abs=1e-6)
    assert MODEL.alive(history)[0] == pytest.approx(stayed / (stayed + left), abs=1e-6)


@pytest.mark.parametrize(("repeats", "last", "age"), [(0, 0, 20), (1, 3, 20), (4, 18, 20)])
def test_expected_purchases_are_the_integral_of_the_story(repeats, last, age):
    horizon = 10.0

    def bought_later(rate, p):
        stayed = likelihood_of(rate, p, repeats, last, age)[0]
        # each purchase is the last with probability p: a geometric series cut off by the horizon
        return stayed * -np.expm1(-rate * p * horizon) / p

    def all_of_it(rate, p):
        stayed, left = likelihood_of(rate, p, repeats, last, age)
        return stayed + left

    expected = integrated(bought_later) / integrated(all_of_it)
    assert MODEL.expected(of(repeats, last, age), horizon)[0] == pytest.approx(expected, rel=1e-5)


def simulated(model, age, customers, seed):
    """Let customers buy and leave as the model says."""
    chance = np.random.default_rng(seed)
    rates = chance.gamma(model.r, 1 / model.alpha, customers)
    leaves = chance.beta(model.a, model.b, customers)
    repeats, last = np.zeros(customers), np.zeros(customers)
    now, alive = np.zeros(customers), np.ones(customers, dtype=bool)
    while alive.any():
        now = now + chance.exponential(1 / rates)
        alive &= now <= age
        repeats[alive] += 1
        last[alive] = now[alive]
        alive &= chance.random(customers) >= leaves
    return Histories(repeats, last, np.full(customers, float(age)))


def test_a_simulated_shop_buys_as_often_as_expected_and_is_found_again():
    history = simulated(MODEL, 30, 100_000, seed=3)
    model = fit(history)

    error = history.repeats.std() / np.sqrt(100_000)
    assert history.repeats.mean() == pytest.approx(MODEL.expected_of_new(30), abs=4 * error)
    assert model.expected_of_new(60) == pytest.approx(MODEL.expected_of_new(60), rel=0.03)
    assert (model.r, model.alpha) == pytest.approx((MODEL.r, MODEL.alpha), rel=0.1)
    assert model.a / (model.a + model.b) == pytest.approx(1.7 / 4.1, rel=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_the_slopes_of_the_likelihood_are_those_of_small_steps(seed):
    from ml.lifetimes import bg_nbd, gamma_gamma

    chance = np.random.default_rng(seed)
    history = simulated(MODEL, 30, 50, seed)
    place = chance.uniform(0.3, 3.0, 4)

    def total(parameters):
        return bg_nbd._likelihood(parameters, history)[0].sum()

    slopes = bg_nbd._likelihood(place, history)[1].sum(axis=1)
    assert slopes == pytest.approx(optimize.approx_fprime(place, total, 1e-7), rel=1e-4, abs=1e-3)

    counts, means = chance.integers(1, 5, 50).astype(float), chance.uniform(1, 30, 50)

    def of_values(parameters):
        return gamma_gamma._likelihood(parameters, counts, means)[0].sum()

    slopes = gamma_gamma._likelihood(place[:3], counts, means)[1].sum(axis=1)
    numeric = optimize.approx_fprime(place[:3], of_values, 1e-7)
    assert slopes == pytest.approx(numeric, rel=1e-4, abs=1e-3)


def test_no_parameters_nearby_are_likelier():
    history = simulated(MODEL, 30, 2_000, seed=8)
    model = fit(history)
    best = model.log_likelihoods(history).sum()

    for name in ("r", "alpha", "a", "b"):
        for factor in (0.97, 1.03):
            values = {key: getattr(model, key) for key in ("r", "alpha", "a", "b")}
            nearby = BgNbd(**(values | {name: values[name] * factor}))
            assert nearby.log_likelihoods(history).sum() < best


positive = st.floats(0.05, 20)
models = st.builds(BgNbd, r=positive, alpha=positive, a=positive, b=positive)


@st.composite
def histories(draw):
    age = draw(st.floats(0, 500))
    repeats = draw(st.integers(0, 300)) if age > 0 else 0
    last = draw(st.floats(0, 1)) * age if repeats else 0.0
    return of(repeats, last, age)


@settings(deadline=None, max_examples=300)
@given(model=models, history=histories(), horizon=st.floats(0.01, 500))
def test_what_is_expected_is_finite_grows_with_time_and_never_beats_staying(
    model, history, horizon
):
    alive = model.alive(history)[0]
    near, far = (model.expected(history, length)[0] for length in (horizon, 2 * horizon))
    rate = (model.r + history.repeats[0]) / (model.alpha + history.age[0])

    assert 0 <= alive <= 1
    assert alive == 1 or history.repeats[0] > 0
    slack = 1e-6 * (1 + rate * horizon)
    assert -slack <= near <= far + slack
    assert far <= alive * rate * 2 * horizon + slack


@settings(deadline=None)
@given(model=models, repeats=st.integers(1, 50), age=st.floats(1, 100), share=st.floats(0, 0.9))
def test_who_bought_later_is_likelier_to_be_alive(model, repeats, age, share):
    earlier, later = of(repeats, share * age, age), of(repeats, (share + 0.1) * age, age)

    assert model.alive(earlier)[0] <= model.alive(later)[0] + 1e-12


@pytest.mark.parametrize("a", [0.3, 0.999, 1.001, 4.0])
def test_the_published_closed_form_says_the_same(a):
    r, alpha, b, x, age, horizon = 0.8, 6.0, 2.4, 3.0, 20.0, 30.0
    history = of(x, 10, age)
    share = horizon / (alpha + age + horizon)
    series = special.hyp2f1(r + x, b + x, a + b + x - 1, share)
    grown = 1 - (1 - share) ** (r + x) * series
    model = BgNbd(r, alpha, a, b)

    closed = (a + b + x - 1) / (a - 1) * grown * model.alive(history)[0]
    assert model.expected(history, horizon)[0] == pytest.approx(closed, rel=1e-6)


def test_customers_who_are_all_alike_are_foretold_by_one_rate_and_one_chance():
    rate, leaves, horizon = 0.05, 0.2, 30.0
    alike = BgNbd(r=1e5, alpha=1e5 / rate, a=1e5, b=1e5 * (1 - leaves) / leaves)
    history = of(3, 10, 20)

    bought = -np.expm1(-rate * leaves * horizon) / leaves
    wanted = bought * alike.alive(history)[0]
    assert alike.expected(history, horizon)[0] == pytest.approx(wanted, rel=1e-3)


@pytest.mark.parametrize("seed", range(12))
def test_small_shops_of_customers_alike_are_fitted_though_the_likelihood_is_flat(seed):
    alike = BgNbd(r=1e3, alpha=1e3 * 25, a=1e3, b=3e3)
    model = fit(simulated(alike, 90, 60, seed))

    assert 0.3 < model.expected_of_new(90) / alike.expected_of_new(90) < 3


def test_nothing_is_expected_of_no_time():
    assert MODEL.expected(of(3, 10, 20), 0.0)[0] == pytest.approx(0.0)


def test_impossible_histories_and_times_are_refused():
    with pytest.raises(ValueError, match="0 <= last <= age"):
        of(1, 5, 4)
    with pytest.raises(ValueError, match="last must be 0"):
        of(0, 1, 4)
    with pytest.raises(ValueError, match="one shape"):
        Histories(np.zeros(2), np.zeros(2), np.zeros(3))
    with pytest.raises(ValueError, match="negative, got -1"):
        MODEL.expected(of(0, 0, 4), -1)
    with pytest.raises(ValueError, match="nobody bought again"):
        fit(of(0, 0, 4))


def test_a_stored_model_is_the_same_model():
    assert BgNbd.restore(*MODEL.state()) == MODEL
