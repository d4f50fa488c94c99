import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from ml.clusters import measures
from ml.clusters.algorithms import KMeans, Mixture
from ml.clusters.shapes import Shape
from tests.ml.clusters.shops import shop

COLUMNS = ["spend", "visits", "age"]


def points(customers=300, spread=8.0):
    return shop(customers, spread)[0][COLUMNS].to_numpy()


def test_the_measures_of_two_pairs_are_those_of_hand_arithmetic():
    four = np.array([[0.0], [2.0], [10.0], [12.0]])
    shape = Shape.of_centres(np.array([[1.0], [11.0]]))

    found = measures.measure(shape, four)

    # each point: 2 to its own, 9 or 11 to the others' mean: (1 - 2/11 + 1 - 2/9) / 2
    assert found.silhouette == pytest.approx((2 - 2 / 11 - 2 / 9) / 2)
    assert found.wcss == pytest.approx(4)
    assert found.davies_bouldin == pytest.approx((1 + 1) / 10)
    assert found.calinski_harabasz == pytest.approx((4 * 25 / 1) / (4 / 2))
    assert (found.k, found.smallest_share) == (2, 0.5)
    assert np.isnan(found.bic)


def test_the_bic_is_that_of_scikit_learn():
    rows = points()
    shape = Mixture(3).fit(rows, seed=1)
    theirs = GaussianMixture(3, reg_covar=0.01, n_init=1, random_state=1).fit(rows)

    assert measures.measure(shape, rows).bic == pytest.approx(theirs.bic(rows), rel=1e-6)


def test_groups_far_apart_come_out_the_same_from_any_sample_and_noise_does_not():
    clear = points()
    blurred = np.random.default_rng(1).normal(size=(300, 3))
    algorithm = KMeans(3, starts=1)

    def stability(rows):
        return measures.stability(algorithm, algorithm.fit(rows, seed=1), rows, seed=1)

    assert stability(clear) == pytest.approx(1)
    assert stability(blurred) < 0.8


def test_one_cluster_for_all_has_the_worst_silhouette():
    shape = Shape.of_centres(np.array([[0.0] * 3, [1e6] * 3]))

    assert measures.measure(shape, points()).silhouette == -1
    assert measures.silhouettes(shape, points(), points()) is None


def test_equal_slices_by_a_feature_are_the_baseline():
    rows = points()
    by_spend = measures.slices(rows[:, 0], 3, rows)
    by_nothing = measures.slices(np.ones(len(rows)), 3, rows)

    assert by_spend.mean() > 0.5
    assert set(by_nothing) == {-1.0}


def test_a_gain_is_a_mean_within_its_interval():
    ours, theirs = np.full(400, 0.5), np.random.default_rng(1).normal(0.4, 0.1, 400)

    mean, low, high = measures.gain(ours, theirs, seed=1)

    assert low < mean < high
    assert mean == pytest.approx(0.1, abs=0.02)
    assert measures.gain(ours, ours, seed=1) == (0.0, 0.0, 0.0)
