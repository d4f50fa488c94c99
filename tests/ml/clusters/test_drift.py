import numpy as np
import pytest

from ml.clusters import drift
from tests.ml.clusters.shops import model_of, shop


def compared(now, before=None):
    frame, _ = shop() if before is None else before
    model = model_of(frame)
    then = drift.baseline(model, frame, seed=1)
    return drift.compare(model, then, drift.baseline(model, now, seed=1))


def test_the_same_customers_have_not_drifted():
    found = compared(shop()[0])

    assert set(found.indices.values()) == {0.0}
    assert (found.moved_share, found.silhouette_fall, found.alarms) == (0.0, 0.0, ())


def test_other_customers_of_the_same_shop_raise_no_alarm():
    assert compared(shop(3000, seed=8)[0]).alarms == ()


def test_a_feature_that_shifts_is_named():
    moved = shop()[0].assign(age=lambda frame: frame["age"] + 20)

    found = compared(moved)

    assert found.alarms[0].startswith("age shifted (stability index")
    assert found.indices["spend"] == pytest.approx(0)


def test_customers_who_move_between_clusters_are_counted():
    frame, group = shop()
    fewer = frame[(group != 0) | (np.arange(len(frame)) % 4 == 0)]  # 25, 100 and 100 of 225

    found = compared(fewer)

    assert found.moved_share == pytest.approx(1 / 3 - 25 / 225)
    assert "22% of the customers moved between clusters" in found.alarms


def test_clusters_that_blur_raise_an_alarm():
    found = compared(shop(spread=22.0)[0])

    assert found.silhouette_fall > 0.25
    assert any(alarm.startswith("the silhouette fell by") for alarm in found.alarms)


def test_the_stability_index_is_that_of_hand_arithmetic():
    # (.4 - .5) ln(.4/.5) + (.6 - .5) ln(.6/.5)
    index = drift.stability_index(np.array([0.5, 0.5]), np.array([0.4, 0.6]))

    assert index == pytest.approx(0.1 * np.log(0.5 / 0.4) + 0.1 * np.log(0.6 / 0.5))
