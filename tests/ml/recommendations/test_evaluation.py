import pandas as pd
import pytest

from ml.recommendations.evaluation import measure


def ranking(**products):
    return pd.DataFrame(
        [(who, rank, p) for who, given in products.items() for rank, p in enumerate(given, 1)],
        columns=["customer_id", "rank", "product_id"],
    )


def pairs(**products):
    return pd.DataFrame(
        [(who, product) for who, given in products.items() for product in given],
        columns=["customer_id", "product_id"],
    )


def test_a_perfect_ranking_scores_1():
    quality = measure(ranking(ann="abc"), pairs(ann="abc"), k=3)

    assert (quality.precision, quality.recall, quality.mean_average_precision) == (1, 1, 1)


def test_a_ranking_without_a_hit_scores_0():
    quality = measure(ranking(ann="abc"), pairs(ann="xyz"), k=3)

    assert (quality.precision, quality.recall, quality.mean_average_precision) == (0, 0, 0)


def test_the_measures_equal_arithmetic_by_hand():
    given = ranking(ann="axbyz", bob="pqrst")
    wanted = pairs(ann="abc", bob="t")

    quality = measure(given, wanted, k=5)

    assert quality.customers == 2
    # ann: hits at ranks 1 and 3 of 5, 3 wanted; bob: one hit at rank 5, 1 wanted
    assert quality.precision == pytest.approx((2 / 5 + 1 / 5) / 2)
    assert quality.recall == pytest.approx((2 / 3 + 1 / 1) / 2)
    ann, bob = (1 / 1 + 2 / 3) / 3, (1 / 5) / 1
    assert quality.mean_average_precision == pytest.approx((ann + bob) / 2)


def test_places_after_k_do_not_count():
    quality = measure(ranking(ann="xxab".replace("xx", "xy")), pairs(ann="ab"), k=2)

    assert quality.precision == 0


def test_more_wanted_than_places_can_still_be_perfect():
    quality = measure(ranking(ann="ab"), pairs(ann="abcd"), k=2)

    assert quality.mean_average_precision == 1
    assert quality.recall == 2 / 4


def test_a_customer_who_got_nothing_counts_as_0():
    quality = measure(ranking(ann="a"), pairs(ann="a", bob="b"), k=1)

    assert quality.precision == 1 / 2
    assert quality.customers == 2


def test_a_customer_who_wanted_nothing_is_not_counted():
    assert measure(ranking(ann="a", bob="a"), pairs(ann="a"), k=1).customers == 1


def test_rows_may_come_in_any_order():
    given = ranking(ann="axbyz", bob="pqrst").sample(frac=1, random_state=1)

    assert measure(given, pairs(ann="abc", bob="t"), k=5).mean_average_precision == pytest.approx(
        ((1 + 2 / 3) / 3 + 1 / 5) / 2
    )


def test_nothing_to_measure_against_is_an_error():
    with pytest.raises(ValueError, match="no relevant pair"):
        measure(ranking(ann="a"), pairs(), k=1)
    with pytest.raises(ValueError, match="got 0"):
        measure(ranking(ann="a"), pairs(ann="a"), k=0)
