import numpy as np
import pandas as pd
import pytest

from ml.recommendations import folds, metrics
from ml.recommendations.comparison import compare
from ml.recommendations.factors import Als
from ml.recommendations.frequency import PersonalFrequency
from ml.recommendations.mixing import Candidates
from ml.recommendations.objectives import ByValue, of_high_value, relative_values
from ml.recommendations.popularity import Popularity
from tests.ml.recommendations.shops import AS_OF, catalogue, dated, seen, shop

DEAR = pd.DataFrame({"price": [9.0, 3.0], "margin_share": [0.1, 0.5]}, index=["cap", "hat"])


def test_worth_is_relative_to_the_mean_and_1_where_it_is_unknown():
    products = pd.Index(["bag", "cap", "hat"])

    # prices 9 and 3, mean 6; margins 0.9 and 1.5, mean 1.2
    assert relative_values(products, DEAR, "price") == pytest.approx([1, 9 / 6, 3 / 6])
    assert relative_values(products, DEAR, "margin") == pytest.approx([1, 0.9 / 1.2, 1.5 / 1.2])


def test_interactions_weigh_more_for_what_is_worth_more():
    given = seen(("ann", "cap", 0), ("ann", "hat", 0))

    def scores(objective, strength):
        model = ByValue(PersonalFrequency(), objective, strength).fit(given, DEAR, seed=1)
        return model.scorer(given)(np.array([0]))[0].tolist()

    assert scores("price", 1.0) == [1.5, 0.5]
    assert scores("margin", 1.0) == [0.75, 1.25]
    assert scores("margin", 0.0) == [1, 1]


def test_hits_are_worth_more_where_prices_decide():
    fold = folds.fold(shop(), end=AS_OF, days=20)
    models = {"plain": Popularity(), "by_price": ByValue(Popularity(), "price", 2.0)}

    found = compare(models, fold, catalogue(), seed=1)

    def price_of_hit(name):
        return found.of(name).value.sum() / found.of(name).accuracy[10]["precision"].sum()

    assert price_of_hit("by_price") > 1.1 * price_of_hit("plain")


def test_the_value_of_hits_equals_arithmetic_by_hand():
    fold = folds.fold(
        dated(("ann", "cap", 9), ("ann", "hat", 9), ("ann", "hat", 1)), end=AS_OF, days=5
    )
    ranked = np.array([[0, 1]])

    found = metrics.value(ranked, fold.relevant, np.array([1.5, 0.5]))

    assert found.tolist() == [0.5]  # only the hat was taken


def test_a_stored_variant_scores_the_same():
    given = seen(("ann", "cap", 0), ("ann", "hat", 0), ("bob", "hat", 1))
    algorithm = ByValue(Als(factors=2), "margin")
    model = algorithm.fit(given, DEAR, seed=1)

    again = algorithm.restore(*model.state())

    rows = np.array([0, 1])
    assert again.scorer(given)(rows).tobytes() == model.scorer(given)(rows).tobytes()


def test_the_customers_who_took_most_are_kept():
    fold = folds.fold(
        dated(
            *[(f"c{i}", "hat", 9, float(i + 1)) for i in range(10)],
            *[(f"c{i}", "hat", 1) for i in range(10)],
        ),
        end=AS_OF,
        days=5,
    )
    everyone = Candidates(
        np.zeros((10, 1, 1), np.float32),
        np.zeros((10, 1), np.float32),
        np.zeros((10, 1), bool),
        np.arange(10) + 1,
        np.ones(10, int),
    )

    (kept,) = of_high_value([everyone], [fold], [fold.judged()], 0.2)

    assert kept.wanted.tolist() == [9, 10]
