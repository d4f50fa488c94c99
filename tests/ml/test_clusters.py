import numpy as np
import pandas as pd
import pytest

from ml import clusters
from ml.clusters import ClusterModel, Search

COLUMNS = ("monetary", "visits")
CENTRES = ((100.0, 10.0), (50.0, 80.0), (10.0, 40.0))


def shop(customers=300, spread=2.0, seed=3):
    """Three groups of customers, far apart; group i around CENTRES[i]."""
    chance = np.random.default_rng(seed)
    group = np.arange(customers) % 3
    points = np.array(CENTRES)[group] + chance.normal(0, spread, (customers, 2))
    frame = pd.DataFrame(points, columns=COLUMNS)
    frame.insert(0, "customer_id", [f"c{i:04}" for i in range(customers)])
    return frame, group


def fit(frame, **options):
    given = {"order_by": "monetary", "random_state": 7, **options}
    return clusters.fit(frame, COLUMNS, **given)


def test_planted_groups_are_found_and_numbered_by_falling_monetary_mean():
    frame, group = shop()

    fitted = fit(frame)

    assert fitted.chosen().k == 3
    assert clusters.assign(fitted.model, frame)["cluster"].tolist() == group.tolist()


def test_every_k_is_measured():
    frame, _ = shop()

    fitted = fit(frame, search=Search(k_values=(2, 3, 4)))

    assert [candidate.k for candidate in fitted.candidates] == [2, 3, 4]
    two, three, four = fitted.candidates
    assert three.silhouette > max(two.silhouette, four.silhouette)
    assert three.davies_bouldin < min(two.davies_bouldin, four.davies_bouldin)
    assert three.calinski_harabasz > max(two.calinski_harabasz, four.calinski_harabasz)
    assert two.wcss > three.wcss > four.wcss
    assert three.smallest_share == pytest.approx(1 / 3)
    assert len(fitted.table()) == 3


def test_groups_of_customers_without_any_difference_are_no_groups():
    frame = pd.DataFrame({"monetary": [0.0, 0.0, 10.0, 10.0], "visits": [1.0] * 4})

    fitted = fit(frame, search=Search(k_values=(2,), minimum_customers=4))

    assert fitted.model is None
    assert fitted.reason == "2 different customers, too few to group"


def test_within_cluster_squares_equal_a_sum_by_hand():
    frame, group = shop(60)
    fitted = fit(frame, search=Search(k_values=(3,)))
    scaled = fitted.model.scaling.transform(frame).astype(float)

    by_hand = sum(
        ((scaled[group == g] - scaled[group == g].mean(axis=0)) ** 2).sum() for g in range(3)
    )

    assert fitted.chosen().wcss == pytest.approx(by_hand, rel=1e-4)


def test_the_same_seed_gives_the_same_model_to_the_last_bit():
    frame, _ = shop(spread=30.0)

    first, second = fit(frame), fit(frame)

    assert first.model.centres.tobytes() == second.model.centres.tobytes()
    assert first.candidates == second.candidates


def test_the_distance_is_that_to_the_nearest_centre_in_standard_deviations():
    frame, _ = shop()
    model = fit(frame).model

    assigned = clusters.assign(model, frame)

    offsets = model.scaling.transform(frame)[:, None, :] - model.centres[None, :, :]
    by_hand = np.sqrt((offsets.astype(float) ** 2).sum(axis=2)).min(axis=1)
    assert assigned["distance"].to_numpy() == pytest.approx(by_hand, abs=1e-3)
    assert list(assigned.columns) == ["customer_id", "cluster", "label", "distance"]


@pytest.mark.parametrize("customers", [0, 1, 2, 29])
def test_too_few_customers_give_a_reason_and_no_model(customers):
    frame, _ = shop(customers) if customers else (shop(3)[0].iloc[:0], None)

    fitted = fit(frame)

    assert fitted.model is None
    assert fitted.chosen() is None
    assert fitted.reason == f"{customers} customers, 30 needed"


def test_customers_who_are_all_alike_give_a_reason_and_no_model():
    frame = pd.DataFrame({"monetary": [5.0] * 40, "visits": [1.0] * 40})

    assert fit(frame).reason == "1 different customers, too few to group"


def test_a_shop_without_orders_is_grouped_by_what_there_is():
    frame, _ = shop()
    frame["monetary"] = np.nan

    fitted = fit(frame, missing={"monetary": 0.0})

    assert fitted.model is not None
    assert np.isfinite(clusters.assign(fitted.model, frame)["distance"]).all()


def test_a_k_that_leaves_a_tiny_cluster_is_not_chosen():
    frame, _ = shop(300)
    frame.loc[:1, "visits"] = 4000.0  # two customers far from all: the best fourth cluster

    allowed = fit(frame, search=Search(k_values=(3, 4), minimum_share=0.0))
    guarded = fit(frame, search=Search(k_values=(3, 4), minimum_share=0.05))

    assert allowed.chosen().smallest_share < 0.05
    assert guarded.model is None or guarded.chosen().smallest_share >= 0.05


def test_no_k_at_all_is_a_reason_and_no_model():
    frame, _ = shop(300)

    fitted = fit(frame, search=Search(k_values=(3,), minimum_share=0.5))

    assert fitted.model is None
    assert fitted.reason == "every k leaves a cluster below 50.0% of the customers"
    assert len(fitted.candidates) == 1


def test_a_sample_is_searched_and_everyone_is_fitted():
    frame, group = shop(3000)

    fitted = fit(frame, search=Search(search_rows=200, measured_rows=100))

    assert clusters.assign(fitted.model, frame)["cluster"].tolist() == group.tolist()


def test_labels_differ_and_come_from_the_rules():
    frame, _ = shop()
    rules = (clusters.labels.Rule("big spenders", {"monetary": 0.9}),)

    model = fit(frame, rules=rules).model

    assert model.labels[0] == "big spenders"
    assert len(set(model.labels)) == 3


def test_a_model_survives_being_stored():
    frame, _ = shop()
    model = fit(frame).model

    again = ClusterModel.restore(*model.state())

    pd.testing.assert_frame_equal(clusters.assign(model, frame), clusters.assign(again, frame))


def test_the_state_of_a_model_names_no_customer():
    frame, _ = shop()
    arrays, parameters = fit(frame).model.state()

    assert "c0001" not in str(parameters)
    assert all(array.dtype.kind in "bf" for array in arrays.values())


def test_a_better_grouping_has_a_higher_silhouette_on_unseen_customers():
    frame, _ = shop()
    unseen, _ = shop(seed=9)
    right = fit(frame).model
    wrong = ClusterModel(
        right.scaling, np.zeros_like(right.centres) + [[0], [1], [2]], right.labels
    )

    measured = [
        clusters.silhouette(model, unseen, right.scaling, random_state=1)
        for model in (right, wrong)
    ]

    assert measured[0] > 0.8 > measured[1]


def test_one_cluster_alone_has_no_silhouette():
    frame, group = shop()
    model = fit(frame).model

    assert clusters.silhouette(model, frame[group == 0], model.scaling, random_state=1) is None


def test_a_missing_feature_is_named():
    with pytest.raises(ValueError, match="visits"):
        fit(pd.DataFrame({"monetary": [1.0]}))
