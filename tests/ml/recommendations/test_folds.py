import pandas as pd
import pytest

from ml.recommendations.folds import fold, rolling
from tests.ml.recommendations.shops import AS_OF, dated, shop


def test_what_is_learnt_ends_a_gap_before_what_is_judged_begins():
    rows = (
        ("ann", "hat", 10.5), ("ann", "cap", 9.5), ("ann", "bag", 7), ("ann", "hat", 1),
        ("ann", "tie", 0),
    )  # fmt: skip

    cut = fold(dated(*rows), end=AS_OF, days=7, gap_days=3)

    assert cut.cut == AS_OF - pd.Timedelta(days=7)
    assert cut.known.products.tolist() == ["hat"]
    assert cut.known.age_days.tolist() == [3.5]  # seen from the cut
    # bag at the cut and hat are judged; tie, at the end, and cap, in the gap, are not
    assert cut.wanted.tolist() == [2]
    assert cut.relevant.toarray().tolist() == [[1]]


def test_nothing_after_the_cut_changes_what_is_known():
    before = [("ann", "hat", 20), ("bob", "cap", 30)]

    alone, together = (
        fold(dated(*rows), end=AS_OF, days=7).known
        for rows in (before, [*before, ("ann", "cap", 3)])
    )

    assert alone.matrix(5.0).toarray().tolist() == together.matrix(5.0).toarray().tolist()
    assert alone.products.tolist() == together.products.tolist()


def test_new_customers_are_judged_too():
    cut = fold(dated(("ann", "hat", 20), ("eve", "hat", 1)), end=AS_OF, days=7)

    assert cut.known.customers[cut.judged()].tolist() == ["eve"]


def test_what_counts_as_taken_may_be_purchases_alone():
    purchases = dated(("ann", "hat", 2))
    everything = dated(("ann", "hat", 20), ("ann", "cap", 20), ("ann", "cap", 2), ("ann", "hat", 2))

    cut = fold(everything, end=AS_OF, days=7, judged_on=purchases)

    assert cut.wanted.tolist() == [1]


def test_products_of_the_catalogue_are_on_offer_before_anyone_took_them():
    rows = (("ann", "hat", 20), ("ann", "new", 1))

    cut = fold(dated(*rows), end=AS_OF, days=7, products=pd.Index(["new"]))

    assert cut.known.products.tolist() == ["hat", "new"]
    assert cut.relevant.toarray().tolist() == [[0, 1]]


def test_rolling_folds_are_judged_on_periods_that_touch_and_never_overlap():
    found = rolling(shop(), end=AS_OF, days=10, count=3, gap_days=2)

    assert [each.cut for each in found] == [AS_OF - pd.Timedelta(days=d) for d in (30, 20, 10)]
    assert len(found[0].known.weight) < len(found[2].known.weight)


def test_a_sample_of_many_customers_is_judged():
    cut = fold(shop(), end=AS_OF, days=30)

    assert len(cut.judged(20, seed=1)) == 20
    assert cut.judged(20, seed=1).tolist() == cut.judged(20, seed=1).tolist()


def test_a_period_of_no_days_is_an_error():
    with pytest.raises(ValueError, match="got 0"):
        fold(shop(), end=AS_OF, days=0)
