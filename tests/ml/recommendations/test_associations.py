import pytest

from ml.recommendations.associations import Limits, product_associations, similar_products
from ml.recommendations.interactions import read
from tests.ml.recommendations.shops import AS_OF, catalogue, seen, shop


def tea_and_milk():
    """Eight baskets: tea in 4, milk in 3 of these and in 1 other, soap in 3 others."""
    rows = [(f"a{i}", "tea", 1) for i in range(4)] + [(f"a{i}", "milk", 1) for i in range(3)]
    return seen(*rows, ("b0", "milk", 1), *[(f"s{i}", "soap", 1) for i in range(3)])


def test_support_confidence_and_lift_equal_arithmetic_by_hand():
    found = product_associations(tea_and_milk()).set_index(["product_id", "associated_product_id"])

    tea = found.loc[("tea", "milk")]
    assert tea["baskets"] == 3
    assert tea["support"] == 3 / 8
    assert tea["confidence"] == 3 / 4
    assert tea["lift"] == (3 / 4) / (4 / 8)
    assert len(found) == 2  # and milk with tea


def test_what_was_bought_together_too_rarely_is_left_out():
    assert product_associations(tea_and_milk(), Limits(fewest_baskets=4)).empty


def test_ranks_count_from_1_for_each_product_and_stop():
    found = product_associations(read(shop(), as_of=AS_OF), Limits(count=3, fewest_baskets=1))

    ranks = found.groupby("product_id")["rank"].agg(list)
    assert set(map(tuple, ranks)) <= {(1, 2, 3), (1, 2), (1,)}
    assert (found["product_id"] != found["associated_product_id"]).all()


def test_similar_products_are_of_one_taste():
    found = similar_products(read(shop(), as_of=AS_OF), catalogue())

    taste, other = (found[name].str[1] for name in ("product_id", "similar_product_id"))
    assert (taste == other).mean() > 0.9
    assert found["score"].between(0, 1).all()
    assert (found.groupby("product_id")["score"].diff().dropna() <= 0).all()


def test_a_product_that_nobody_took_is_similar_by_what_is_said_of_it():
    given = read(shop(), as_of=AS_OF, products=[*catalogue().index, "p099"])
    described = catalogue()
    described.loc["p099"] = described.loc["p000"]

    found = similar_products(given, described).set_index("product_id").loc["p099"]

    assert found["similar_product_id"].iloc[0] == "p000"
    assert found["score"].iloc[0] == pytest.approx(0.5)
