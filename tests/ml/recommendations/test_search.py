import pandas as pd
import pytest

from ml.recommendations import folds, search
from ml.recommendations.factors import Als, Bpr, TruncatedSvd
from ml.recommendations.frequency import PersonalFrequency
from ml.recommendations.lineup import TUNED, lineup
from tests.ml.recommendations.shops import AS_OF, catalogue, shop

PERIODS = folds.rolling(shop(), end=AS_OF, days=15, count=2)


def tuned(algorithm, trials=5, seed=1):
    return search.tune(algorithm, PERIODS, catalogue(), trials=trials, seed=seed)


def test_the_best_trial_is_kept_and_the_first_is_the_algorithm_as_it_was():
    given = TruncatedSvd(factors=2)

    found = tuned(given)

    assert len(found.trials) == 5
    assert found.trials.loc[0, "factors"] == 2
    best = found.trials.loc[found.trials["recall"].idxmax()]
    assert (found.algorithm.factors, found.algorithm.half_life_days) == (
        best["factors"],
        best["half_life_days"],
    )
    assert best["recall"] > found.trials.loc[0, "recall"]


def test_the_seed_decides_what_is_tried():
    first, again, other = (tuned(PersonalFrequency(), seed=seed) for seed in (1, 1, 2))

    pd.testing.assert_frame_equal(first.trials, again.trials)
    assert not first.trials.equals(other.trials)


def test_regularisation_of_als_is_searched_by_a_grid_at_last():
    found = tuned(Als(factors=8, iterations=3), trials=2)

    grid = found.trials.iloc[2:]
    assert set(grid["regularization"]) == set(search.REGULARIZATIONS) - {10.0}
    assert grid["factors"].nunique() == 1


def test_every_component_to_be_tuned_has_a_space():
    assert {type(lineup()[name]).__name__ for name in TUNED} <= set(search.SPACES)


def test_what_cannot_be_searched_is_an_error():
    with pytest.raises(ValueError, match="no space to search for Bpr"):
        tuned(Bpr())
    with pytest.raises(ValueError, match="got 0 and 2"):
        tuned(PersonalFrequency(), trials=0)
