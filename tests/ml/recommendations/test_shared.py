import numpy as np
import pytest

from ml.recommendations import folds
from ml.recommendations.comparison import compare
from ml.recommendations.factors import TruncatedSvd
from ml.recommendations.frequency import PersonalFrequency
from ml.recommendations.hybrid import Hybrid
from ml.recommendations.metrics import accuracy
from ml.recommendations.neighbours import CustomerNeighbours
from ml.recommendations.objectives import ByValue
from ml.recommendations.popularity import Popularity
from ml.recommendations.ranking import rank
from ml.recommendations.shared import Shared
from tests.ml.recommendations.shops import AS_OF, catalogue, shop

PARTS = {"popular": Popularity(), "own": PersonalFrequency(), "near": CustomerNeighbours(),
         "svd": TruncatedSvd(8)}  # fmt: skip
MIX = Hybrid(PARTS, {
    "cold": {"popular": 1.0},
    "sparse": {"own": 1.0, "near": 0.5},
    "dense": {"svd": 1.0, "near": 1.0},
})  # fmt: skip


@pytest.fixture(scope="module")
def fold():
    return folds.fold(shop(), end=AS_OF, days=20, gap_days=1)


def test_a_mix_of_shared_parts_scores_as_it_would_alone(fold):
    rows = np.arange(len(fold.known.customers))
    shared = Shared(fold.known, catalogue(), 1)
    for part in PARTS.values():
        shared.scorer(part)(rows)

    alone = MIX.fit(fold.known, catalogue(), seed=1).scorer(fold.known)(rows)
    assert shared.scorer(MIX)(rows) == pytest.approx(alone, abs=1e-5)


def test_equal_recommenders_are_fitted_once(fold, monkeypatch):
    fitted = []
    fit = TruncatedSvd.fit

    def watched(self, *given, **options):
        fitted.append(self)
        return fit(self, *given, **options)

    monkeypatch.setattr(TruncatedSvd, "fit", watched)
    compare({**PARTS, "mix": MIX, "again": TruncatedSvd(8), "other": TruncatedSvd(9)}, fold,
            catalogue(), seed=1)  # fmt: skip

    assert fitted == [TruncatedSvd(8), TruncatedSvd(9)]


def test_a_recommender_weighted_by_what_is_unknown_is_the_one_without_weights(fold):
    unknown = catalogue().assign(margin_share=None)
    shared = Shared(fold.known, unknown, 1)

    plain = shared.scorer(TruncatedSvd(8))
    assert shared.scorer(ByValue(TruncatedSvd(8), "margin")) is plain
    assert shared.scorer(ByValue(TruncatedSvd(8), "price")) is not plain


def test_other_customers_are_asked_about_anew(fold):
    rows = np.arange(len(fold.known.customers))
    scorer = Shared(fold.known, catalogue(), 1).scorer(PersonalFrequency())
    whole = scorer(rows).copy()

    assert np.array_equal(scorer(rows[3:6]), whole[3:6])
    assert np.array_equal(scorer(rows[:4]), whole[:4])
    scorer(rows[:2])
    assert np.array_equal(scorer(rows[5:9]), whole[5:9])


def test_a_comparison_ranks_as_each_model_would_alone(fold):
    rows = fold.judged()
    found = compare({**PARTS, "mix": MIX}, fold, catalogue(), seed=1)

    for name, algorithm in {**PARTS, "mix": MIX}.items():
        scorer = algorithm.fit(fold.known, catalogue(), seed=1).scorer(fold.known)
        ranked = rank(scorer, rows, products=len(fold.known.products), places=10)
        measured = accuracy(ranked, fold.relevant[rows], k=10, wanted=fold.wanted[rows])
        assert found.of(name).recall() == pytest.approx(measured["recall"])
