import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import special
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from ml.predictions import calibration, fitting
from ml.predictions.model import KINDS, Prediction
from ml.predictions.trees import of_boosting, of_forest

COLUMNS = ("visits", "spent", "noise", "is_known")


def customers(count=3_000, seed=4):
    """Customers who buy by their visits and spending; a fifth of the spending is unknown."""
    chance = np.random.default_rng(seed)
    visits = chance.poisson(3, count).astype(float)
    spent = chance.lognormal(2, 1, count)
    chances = special.expit(-3 + 0.5 * visits + 0.4 * (np.log(spent) - 2))
    frame = pd.DataFrame(
        {
            "visits": visits,
            "spent": np.where(chance.random(count) < 0.2, np.nan, spent),
            "noise": chance.normal(size=count),
            "is_known": chance.random(count) < 0.5,
        }
    )
    return frame, chance.random(count) < chances


def fitted(kind, method="platt"):
    frame, labels = customers()
    model = fitting.fit(kind, frame, labels, COLUMNS, random_state=1)
    unseen, outcomes = customers(seed=5)
    found = calibration.fit(method, model.scores(unseen), outcomes)
    return replace(model, calibration=found)


def test_a_flattened_forest_answers_exactly_as_scikit_learn_does():
    frame, labels = customers()
    matrix = frame.fillna(-1.0).to_numpy(dtype=np.float32)
    forest = RandomForestClassifier(30, max_depth=9, min_samples_leaf=3, random_state=2)
    forest.fit(matrix, labels)
    flat = of_forest(forest)

    unseen = customers(seed=9)[0].fillna(-1.0).to_numpy(dtype=np.float32)
    mine = flat.sums(unseen.astype(float)) / len(flat.roots)
    assert np.array_equal(mine, forest.predict_proba(unseen)[:, 1])


def test_flattened_boosting_answers_exactly_as_scikit_learn_does():
    frame, labels = customers()
    matrix = frame.fillna(-1.0).to_numpy(dtype=float)
    boosting = HistGradientBoostingClassifier(max_iter=60, random_state=2).fit(matrix, labels)
    flat = of_boosting(boosting)

    unseen = customers(seed=9)[0].fillna(-1.0).to_numpy(dtype=float)
    mine = flat.sums(unseen, boosting._baseline_prediction[0, 0])
    assert np.array_equal(mine, boosting.decision_function(unseen))


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_and_calibration_add_up_to_the_log_odds(kind):
    model = fitted(kind, "isotonic")
    frame = customers(seed=6)[0]
    reasons = model.reasons(frame)

    total = reasons.base + reasons.matrix.sum(axis=1) + reasons.calibration
    assert special.expit(total) == pytest.approx(model.probabilities(frame), abs=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_a_feature_that_says_nothing_contributes_least(kind):
    sizes = np.abs(fitted(kind).reasons(customers(seed=6)[0]).matrix).mean(axis=0)

    assert dict(zip(COLUMNS, sizes, strict=True))["visits"] == sizes.max()
    assert sizes[0] > 3 * max(sizes[2], sizes[3])


def test_logistic_contributions_are_coefficient_times_z_score():
    model = fitted("logistic")
    frame = pd.DataFrame({"visits": [4.0], "spent": [3.0], "noise": [0.1], "is_known": [True]})
    scores = model.design.scaling.transform(frame)[0]

    assert model.reasons(frame).matrix[0] == pytest.approx(scores * model.coefficients[:4])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", calibration.METHODS)
def test_a_stored_model_is_the_same_model(kind, method):
    model = fitted(kind, method)
    again = Prediction.restore(*model.state())

    frame = customers(seed=7)[0]
    assert np.array_equal(again.probabilities(frame), model.probabilities(frame))
    assert all(array.dtype != object for array in model.state()[0].values())


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_rows_and_seed_give_the_same_model_on_any_number_of_threads(kind):
    frame, labels = customers()
    one, two = (
        fitting.fit(kind, frame, labels, COLUMNS, random_state=1, num_threads=threads).state()
        for threads in (1, 2)
    )
    assert one[1] == two[1]
    assert all(np.array_equal(one[0][name], two[0][name]) for name in one[0])


def test_filters_of_warnings_that_the_threads_of_a_forest_empty_are_put_back(monkeypatch):
    fit = RandomForestClassifier.fit

    def leave_none(*given, **named):
        fit(*given, **named)
        warnings.resetwarnings()  # what two threads that end at once have been seen to leave

    monkeypatch.setattr(RandomForestClassifier, "fit", leave_none)
    before = list(warnings.filters)
    frame, labels = customers(300)
    fitting.fit("forest", frame, labels, COLUMNS, random_state=7, num_threads=2)

    assert before
    assert warnings.filters == before


@pytest.mark.parametrize("kind", KINDS)
def test_one_class_alone_teaches_nothing(kind):
    frame, labels = customers(50)
    with pytest.raises(ValueError, match="both kinds"):
        fitting.fit(kind, frame, np.zeros_like(labels), COLUMNS, random_state=1)


def test_a_thinned_training_keeps_the_share_of_each_kind():
    labels = np.arange(10_000) % 20 == 0
    chosen, weights = fitting.thin(labels, 1_000, random_state=1)

    assert len(chosen) == 1_000
    assert labels[chosen].sum() == 500
    assert weights @ labels[chosen] == pytest.approx(500)
    assert weights.sum() == pytest.approx(10_000)
    assert list(chosen) == sorted(set(chosen))


@pytest.mark.parametrize("kind", KINDS)
def test_probabilities_hold_though_most_of_the_common_kind_was_left_out(kind):
    frame, labels = customers(20_000)
    chosen, weights = fitting.thin(labels, 6_000, random_state=1)
    model = fitting.fit(
        kind, frame.iloc[chosen], labels[chosen], COLUMNS, weights=weights, random_state=1
    )

    between, happened = customers(5_000, seed=9)
    model = replace(model, calibration=calibration.fit("platt", model.scores(between), happened))
    unseen, outcomes = customers(20_000, seed=8)
    assert model.probabilities(unseen).mean() == pytest.approx(outcomes.mean(), abs=0.015)


def test_values_never_seen_and_missing_ones_are_answered():
    frame = pd.DataFrame(
        {"visits": [1e12, np.nan], "spent": [np.inf, np.nan], "noise": [-1e12, np.nan],
         "is_known": [True, False]}
    )  # fmt: skip
    for kind in KINDS:
        values = fitted(kind).probabilities(frame)
        assert np.all((values > 0) & (values < 1))
