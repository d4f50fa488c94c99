import numpy as np
import pandas as pd
import pytest

from ml.clusters import model as models
from ml.clusters.algorithms import Mixture
from ml.clusters.model import ClusterModel
from tests.ml.clusters.shops import model_of, shop


def mixture_of(frame):
    plain = model_of(frame)
    points = plain.places(frame)
    return model_of(frame, Mixture(3).fit(points, seed=1))


def test_the_distance_is_that_to_the_centre_in_the_space_of_distances():
    frame, _ = shop()
    model = model_of(frame)

    assigned = models.assign(model, frame)

    offsets = model.places(frame)[:, None, :] - model.shape.centres[None, :, :]
    by_hand = np.sqrt((offsets.astype(float) ** 2).sum(axis=2)).min(axis=1)
    assert assigned["distance"].to_numpy() == pytest.approx(by_hand, abs=1e-3)
    assert list(assigned.columns) == ["customer_id", "cluster", "label", "distance"]


@pytest.mark.parametrize("make", [model_of, mixture_of])
def test_a_model_survives_being_stored(make):
    frame, _ = shop(spread=20.0)
    model = make(frame)

    again = ClusterModel.restore(*model.state())

    pd.testing.assert_frame_equal(models.assign(model, frame), models.assign(again, frame))


def test_nothing_that_is_stored_names_a_customer():
    frame, _ = shop()
    arrays, parameters = model_of(frame).state()

    assert "c0001" not in str(parameters)
    assert all(array.dtype.kind in "fib" for array in arrays.values())
    assert max(len(array) for array in arrays.values()) < 10


def test_the_scores_of_a_mixture_are_those_of_its_density():
    from scipy.stats import multivariate_normal

    frame, _ = shop(spread=20.0)
    points = model_of(frame).places(frame).astype(float)
    shape = Mixture(3).fit(points, seed=1)

    for cluster in range(3):
        precision = shape.roots[cluster] @ shape.roots[cluster].T
        density = multivariate_normal(shape.centres[cluster], np.linalg.inv(precision))
        constant = points.shape[1] * np.log(2 * np.pi) / 2
        by_hand = density.logpdf(points) + shape.logs[cluster] + constant
        assert shape.scores(points)[:, cluster] == pytest.approx(by_hand, abs=1e-4)


@pytest.mark.parametrize("make", [model_of, mixture_of])
def test_what_features_pull_sums_up_to_the_difference_of_the_scores(make):
    frame, _ = shop(spread=20.0)
    model = make(frame)
    prepared = model.preparation
    for row in range(5):
        customer = frame.iloc[[row]]

        why = models.explain(model, customer)

        middle = model.profiles[[why.cluster, why.rival]].mean(axis=0) @ prepared.projection
        at = model.shape.scores(model.places(customer).astype(float))[0]
        start = model.shape.scores(middle[None, :])[0]
        gain = (at[why.cluster] - at[why.rival]) - (start[why.cluster] - start[why.rival])
        assert why.pulls.sum() == pytest.approx(gain, abs=1e-3)
        assert why.values.tolist() == pytest.approx(customer.iloc[0, 1:].tolist())


def test_an_update_is_the_running_mean_of_everyone():
    frame, group = shop(300)
    model = model_of(frame)
    newcomers, _ = shop(60, seed=9)
    newcomers["spend"] += 6.0

    moved = models.update(model, newcomers)

    both = pd.concat([frame, newcomers])
    best, _ = model.shape.nearest(model.places(both))
    for cluster in range(3):
        mean = model.places(both)[best == cluster].mean(axis=0)
        assert moved.shape.centres[cluster] == pytest.approx(mean, abs=1e-3)
    assert moved.sizes.sum() == 360
    assert (moved.numbers, moved.labels) == (model.numbers, model.labels)
    assert np.bincount(group).tolist() == [100, 100, 100]


def test_an_update_with_nobody_changes_nothing():
    frame, _ = shop()
    model = model_of(frame)

    assert models.update(model, frame.iloc[:0]) is model
