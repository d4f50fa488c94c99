import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from ml.predictions import calibration, evaluation


def told(slope, offset, count=4_000, seed=1):
    """Scores whose true log-odds are slope * score + offset."""
    chance = np.random.default_rng(seed)
    scores = chance.normal(0, 1.5, count)
    return scores, chance.random(count) < special.expit(slope * scores + offset)


@pytest.mark.parametrize("method", ["platt", "isotonic"])
def test_scores_that_are_too_sure_are_brought_back(method):
    found = calibration.fit(method, *told(0.4, -1.0))
    scores, labels = told(0.4, -1.0, seed=2)

    raw = evaluation.quality(labels, special.expit(scores))
    mended = evaluation.quality(labels, special.expit(found.log_odds(scores)))
    assert raw.calibration_error > 0.2
    assert mended.calibration_error < 0.03
    assert mended.auc == pytest.approx(raw.auc, abs=0.005)


def test_platt_finds_the_line_that_made_the_labels():
    found = calibration.fit("platt", *told(0.4, -1.0, count=200_000))

    assert (found.slope, found.offset) == pytest.approx((0.4, -1.0), abs=0.02)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 1000), method=st.sampled_from(calibration.METHODS))
def test_no_calibration_turns_the_order_round_or_is_certain(seed, method):
    found = calibration.fit(method, *told(-0.2, 0.5, count=500, seed=seed))
    log_odds = found.log_odds(np.linspace(-30, 30, 500))

    assert np.all(np.diff(log_odds) >= -1e-12)
    assert np.all(np.isfinite(log_odds))


def test_few_labels_allow_no_calibration():
    labels = np.arange(50) < 5
    with pytest.raises(ValueError, match="platt needs 10 labels of each kind, got 5 of 50"):
        calibration.fit("platt", np.zeros(50), labels)
    assert not calibration.fits("isotonic", np.arange(200) < 99)
    assert calibration.fits("isotonic", np.arange(200) < 100)
