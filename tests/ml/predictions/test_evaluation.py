import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from ml.predictions import evaluation

outcomes = st.integers(0, 2**32 - 1).map(
    lambda seed: (
        (chance := np.random.default_rng(seed)).random(60) < 0.4,
        chance.integers(0, 12, 60) / 12,  # many equal scores
    )
)


@settings(deadline=None)
@given(outcomes)
def test_ranking_and_honesty_are_measured_as_scikit_learn_does(case):
    labels, probabilities = case
    labels[:2] = (True, False)
    found = evaluation.quality(labels, probabilities)

    assert found.auc == pytest.approx(metrics.roc_auc_score(labels, probabilities))
    wanted = metrics.average_precision_score(labels, probabilities)
    assert found.average_precision == pytest.approx(wanted)
    assert found.brier == pytest.approx(metrics.brier_score_loss(labels, probabilities))
    held = np.clip(probabilities, 1e-6, 1 - 1e-6)
    assert found.log_loss == pytest.approx(metrics.log_loss(labels, held))


def test_lift_and_gain_of_the_first_tenth_by_hand():
    labels = np.zeros(100, dtype=bool)
    labels[:8] = labels[50:52] = True  # ten in all, eight of them in the first tenth
    table = evaluation.deciles(labels, np.linspace(1, 0, 100))

    first = table.iloc[0]
    assert (first["share"], first["lift"], first["gain"]) == (0.8, 8.0, 0.8)
    assert table["gain"].iloc[-1] == 1.0
    assert table["rows"].sum() == 100


def test_the_calibration_curve_compares_what_was_said_with_what_happened():
    labels = np.array([False] * 9 + [True] + [False, True] * 5)
    curve = evaluation.calibration_curve(labels, np.repeat([0.1, 0.5], 10), groups=2)

    assert curve["probability"].tolist() == pytest.approx([0.1, 0.5])
    assert curve["share"].tolist() == pytest.approx([0.1, 0.5])
    assert evaluation.quality(labels, np.repeat([0.3, 0.7], 10)).calibration_error > 0.1


def test_a_gain_is_beyond_noise_only_where_it_is_steady():
    steady, wild = np.array([0.1, 0.2] * 50), np.array([5.0, -4.8] * 50)

    assert evaluation.gain(np.zeros(100), steady).is_beyond_noise
    assert not evaluation.gain(np.zeros(100), wild).is_beyond_noise
    assert evaluation.gain(np.zeros(100), wild).mean == pytest.approx(0.1)
    assert not evaluation.gain(np.zeros(1), np.ones(1)).is_beyond_noise


def test_labels_of_one_kind_measure_nothing():
    with pytest.raises(ValueError, match="both kinds"):
        evaluation.quality(np.ones(5, dtype=bool), np.full(5, 0.5))
