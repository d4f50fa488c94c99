import pandas as pd
import pytest

from ml.recommendations.split import by_time

AS_OF = pd.Timestamp("2026-03-31 12:00")


def interactions(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "product_id", "weight", "at"])
    return frame.assign(at=pd.to_datetime(frame["at"]))


def test_the_cut_parts_what_is_learnt_from_what_is_judged():
    parted = by_time(
        interactions(
            ("ann", "hat", 1.0, "2026-03-24 11:59:59"),
            ("ann", "cap", 1.0, "2026-03-24 12:00:00"),
            ("ann", "bag", 1.0, "2026-03-31 12:00:00"),
            ("ann", "tie", 1.0, "2026-03-31 12:00:01"),
        ),
        as_of=AS_OF,
        test_days=7,
    )

    assert parted.cut == pd.Timestamp("2026-03-24 12:00")
    assert parted.train["product_id"].tolist() == ["hat"]
    assert parted.test["product_id"].tolist() == ["bag", "cap"]


def test_nothing_after_the_cut_changes_what_is_learnt():
    before = [("ann", "hat", 1.0, "2026-03-01"), ("bob", "cap", 3.0, "2026-03-02")]
    after = [("ann", "hat", 5.0, "2026-03-30"), ("eve", "bag", 5.0, "2026-03-30")]

    alone, together = (
        by_time(interactions(*rows), as_of=AS_OF, test_days=7, half_life_days=30).train
        for rows in (before, before + after)
    )

    pd.testing.assert_frame_equal(alone, together)


def test_weights_of_a_pair_add_up_and_halve_with_each_half_life():
    parted = by_time(
        interactions(
            ("ann", "hat", 4.0, "2026-03-24 12:00"),  # the cut itself: not learnt from
            ("ann", "hat", 1.0, "2026-03-14 12:00"),  # 10 days before the cut: halved
            ("ann", "hat", 8.0, "2026-03-04 12:00"),  # 20 days: halved twice
        ),
        as_of=AS_OF,
        test_days=7,
        half_life_days=10,
    )

    assert parted.train["weight"].tolist() == [1 / 2 + 8 / 4]


def test_either_side_may_be_empty():
    parted = by_time(interactions(("ann", "hat", 1.0, "2026-01-01")), as_of=AS_OF, test_days=7)
    assert parted.test.empty

    parted = by_time(interactions(("ann", "hat", 1.0, "2026-03-30")), as_of=AS_OF, test_days=7)
    assert parted.train.empty


def test_a_window_of_no_days_is_an_error():
    with pytest.raises(ValueError, match="got 0"):
        by_time(interactions(), as_of=AS_OF, test_days=0)
