import numpy as np
import pytest

from ml.recommendations import folds, knowledge, mixing
from ml.recommendations.frequency import PersonalFrequency
from ml.recommendations.hybrid import TAIL, Hybrid, HybridModel
from ml.recommendations.interactions import read
from ml.recommendations.lineup import HYBRID, lineup
from ml.recommendations.mixing import Candidates
from ml.recommendations.popularity import Popularity
from tests.ml.recommendations.shops import AS_OF, catalogue, seen, shop

TWO = {"popular": Popularity(), "own": PersonalFrequency()}


def test_knowledge_grows_with_the_days_on_which_a_customer_did_anything():
    given = seen(
        ("ann", "hat", 1), ("ann", "cap", 1), ("bob", "hat", 1), ("bob", "hat", 2),
        ("bob", "hat", 3), customers=["ann", "bob", "eve"],
    )  # fmt: skip

    levels = [knowledge.LEVELS[level] for level in knowledge.levels(given)]

    assert levels == ["sparse", "dense", "cold"]


def test_each_level_is_mixed_by_its_own_weights():
    given = seen(
        ("ann", "hat", 1), ("bob", "cap", 1), ("bob", "cap", 2), ("bob", "cap", 3),
        customers=["ann", "bob", "eve"],
    )  # fmt: skip
    weights = {
        "cold": {"popular": 1.0},
        "sparse": {"own": 0.5},
        "dense": {"popular": 2.0, "own": 1.0},
    }

    model = Hybrid(TWO, weights).fit(given, catalogue(), seed=1)
    found = model.scorer(given)(np.arange(3))

    # cap 3, hat 1: of popularity, hat is 1 / 3; the tail is added for everyone
    tail = TAIL * np.array([1, 1 / 3])
    expected = [[0, 0.5] + tail, [2 + 1, 2 / 3] + tail, [1, 1 / 3] + tail]
    assert found == pytest.approx(np.array(expected), rel=1e-5)


def test_a_component_without_weight_is_not_even_fitted():
    given = read(shop(), as_of=AS_OF)
    weights = {level: {"popular": 1.0} for level in knowledge.LEVELS}

    assert list(Hybrid(lineup(), weights).fit(given, catalogue(), seed=1).models) == ["popular"]


def test_a_stored_hybrid_scores_the_same_and_names_no_customer():
    given = read(shop(), as_of=AS_OF)
    weights = {level: dict.fromkeys(HYBRID, 0.5) for level in knowledge.LEVELS}
    model = Hybrid({name: lineup()[name] for name in HYBRID}, weights).fit(
        given, catalogue(), seed=1
    )
    arrays, parameters = model.state()

    again = HybridModel.restore(arrays, parameters)

    rows = np.array([1, 0])
    assert again.scorer(given)(rows).tobytes() == model.scorer(given)(rows).tobytes()
    assert not any("c0001" in str(array.tolist()) for array in arrays.values())
    assert all(array.dtype.kind in "fiuU" for array in arrays.values())


def planted(level, good, customers=60):
    """Customers of one level for whom one of two components ranks what they take first."""
    scores = np.zeros((customers, 40, 2), dtype=np.float32)
    scores[:, :, good] = np.linspace(1, 0, 40)
    scores[:, :, 1 - good] = np.linspace(0, 1, 40)
    is_relevant = np.zeros((customers, 40), dtype=bool)
    is_relevant[:, :5] = True
    return Candidates(
        scores,
        np.zeros((customers, 40), dtype=np.float32),
        is_relevant,
        np.full(customers, 5),
        np.full(customers, level),
    )


def test_the_component_that_ranks_well_for_a_level_gets_its_weight():
    weights = mixing.learn([planted(1, good=0), planted(2, good=1)], ["popular", "own"])

    assert weights["sparse"] == {"popular": 1.0}
    assert weights["dense"] == {"own": 1.0}


def test_a_level_with_too_few_customers_takes_the_weights_of_all_and_a_cold_one_popularity():
    weights = mixing.learn(
        [planted(2, good=1), planted(1, good=0, customers=9)], ["popular", "own"]
    )

    assert weights["sparse"]["own"] == weights["dense"]["own"] == 1.0
    assert weights["cold"] == {"popular": 1.0}


def test_learnt_weights_rank_validation_at_least_as_well_as_any_component():
    components = {name: lineup()[name] for name in HYBRID}
    found = [
        mixing.candidates(each, components, catalogue(), seed=1)
        for each in folds.rolling(shop(), end=AS_OF, days=20, count=2)
    ]

    weights = mixing.learn(found, HYBRID)

    dense = np.array([weights["dense"].get(name, 0.0) for name in HYBRID])
    parts = [each.only(each.level == 2) for each in found]
    singles = [mixing.recall(parts, single) for single in np.eye(len(HYBRID))]
    assert mixing.recall(parts, dense) >= max(singles) > 0


def test_without_popularity_there_is_nothing_to_fall_back_on():
    with pytest.raises(ValueError, match="'popular'"):
        mixing.learn([planted(1, good=0)], ["own", "other"])
