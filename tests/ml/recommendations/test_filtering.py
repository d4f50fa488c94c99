import numpy as np
import pandas as pd

from ml.recommendations.filtering import Rule, available, hidden, repeatable
from tests.ml.recommendations.shops import seen


def coffee_and_sofas():
    """Twenty customers buy coffee again and again, and a sofa once."""
    rows = []
    for i in range(20):
        rows += [(f"c{i:02}", "coffee", age) for age in (1, 8, 15)] + [(f"c{i:02}", "sofa", 3)]
    return seen(*rows, ("c00", "tea", 2), ("c00", "stool", 40))


def test_what_is_bought_again_is_repeatable_and_what_is_bought_once_is_not():
    given = coffee_and_sofas()
    categories = pd.Series(
        {"coffee": "food", "tea": "food", "sofa": "furniture", "stool": "furniture"}
    )

    found = dict(zip(given.products, repeatable(given, categories, Rule(0.3)), strict=True))

    # one buyer says little of tea and of the stool: their categories speak for them
    assert found == {"coffee": True, "tea": True, "sofa": False, "stool": False}


def test_a_second_line_on_the_same_day_is_no_repeat():
    rows = [(f"c{i}", "sofa", age) for i in range(9) for age in (3.0, 3.25)]

    assert not repeatable(seen(*rows), rule=Rule(0.01))[0]


def test_only_what_was_bought_and_is_not_repeatable_is_hidden():
    given = coffee_and_sofas()
    is_repeatable = np.array([product in ("coffee", "tea") for product in given.products])

    mask = hidden(given, is_repeatable, np.ones(4, dtype=bool)).toarray()

    assert given.products[mask[0]].tolist() == ["sofa", "stool"]
    assert given.products[mask[1]].tolist() == ["sofa"]


def test_what_nobody_took_for_long_is_hidden_from_everyone():
    given = coffee_and_sofas()

    is_available = available(given, Rule(gone_days=30))
    mask = hidden(given, np.ones(4, dtype=bool), is_available).toarray()

    assert given.products[~is_available].tolist() == ["stool"]
    assert mask.sum(axis=0).tolist() == [0, 0, 20, 0]


def test_without_a_limit_nothing_is_ever_gone():
    assert available(coffee_and_sofas(), Rule()).all()
