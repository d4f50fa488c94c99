import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from ml.clusters import search
from ml.clusters.algorithms import Dbscan, Hdbscan, KMeans, Mixture, Ward
from ml.clusters.choice import NOT_CLEAREST, PASSED_OVER
from ml.clusters.preparation import Feature, Recipe
from ml.clusters.search import Plan
from tests.ml.clusters.shops import PLAN, RECIPE, shop


def choose(frame, plan=PLAN, recipes=None, **given):
    return search.choose(frame, recipes or {"all": RECIPE}, plan=plan, seed=7, **given)


def groups(found, frame):
    prepared = found.preparation
    return found.shape.nearest(prepared.project(prepared.scaled(frame)))[0]


def test_planted_groups_are_found():
    frame, group = shop()

    found = choose(frame)

    assert len(found.shape) == 3
    assert adjusted_rand_score(group, groups(found, frame)) == 1
    assert found.candidates[0].verdict == "chosen"


@pytest.mark.parametrize(
    "algorithm",
    [KMeans(3), KMeans(3, mini_batch=True), Mixture(3), Ward(3), Dbscan(0.95), Hdbscan(0.05)],
    ids=lambda algorithm: algorithm.name,
)
def test_every_algorithm_finds_groups_that_are_far_apart(algorithm):
    frame, group = shop(900)

    prepared, shape = search.fit(frame, RECIPE, algorithm, plan=Plan(measured_rows=400), seed=1)

    best, _ = shape.nearest(prepared.project(prepared.scaled(frame)))
    assert adjusted_rand_score(group, best) == 1


def test_the_most_clusters_are_chosen_that_are_as_clear_as_the_clearest():
    frame, _ = shop(spread=14.0)

    found = choose(frame, Plan(k_values=(3, 4, 5, 6), finalists=4))

    best, *others = [c for c in found.candidates if not np.isnan(c.stability)]
    clear = [c for c in others if "runner-up" in c.verdict]
    blurred = [c for c in others if c.verdict == "less clear, beyond noise"]
    assert best.verdict == "chosen"
    assert all(c.quality.k < best.quality.k for c in clear)
    clearest = max(c.quality.silhouette for c in found.candidates if not np.isnan(c.stability))
    assert all(c.quality.silhouette < clearest for c in blurred)
    assert found.reason.startswith(f"{best.algorithm.name} on all: the most clusters (silhouette")


def test_a_finer_grouping_is_not_chosen_where_it_is_less_clear_beyond_noise():
    frame, _ = shop()

    verdicts = {c.quality.k: c.verdict for c in choose(frame).candidates if c.stability >= 0.7}

    assert verdicts[3] == "chosen"
    assert {verdicts[k] for k in verdicts if k > 3} <= {"less clear, beyond noise"}


def test_only_a_grouping_of_a_finalists_number_is_called_less_clear_than_that_finalist():
    frame, _ = shop()

    found = choose(frame, Plan(k_values=(3, 4, 5, 6), finalists=1))

    measured = {c.quality.k for c in found.candidates if not np.isnan(c.stability)}
    told = {c.verdict: c.quality.k for c in found.candidates}
    assert all(c.quality.k in measured for c in found.candidates if c.verdict == NOT_CLEAREST)
    assert told[PASSED_OVER] not in measured


def test_every_candidate_is_a_row_of_the_table():
    frame, _ = shop()

    table = choose(frame).table()

    assert {"K-Means, k=3", "K-Means, k=4", "K-Means, k=5", "Ward, k=3"} <= set(table["algorithm"])
    assert {"Gaussian mixture, k=3", "mini-batch K-Means, k=3"} <= set(table["algorithm"])
    assert table["bic"].notna().sum() == table["algorithm"].str.startswith("Gaussian").sum()
    assert table["stability"].notna().sum() == 3  # the clearest of each number of clusters


def test_the_same_seed_gives_the_same_shape_to_the_last_bit():
    frame, _ = shop(spread=30.0)

    first, second = choose(frame), choose(frame)

    assert first.shape.centres.tobytes() == second.shape.centres.tobytes()
    assert first.table().equals(second.table())


def test_another_set_of_features_is_measured_in_the_space_of_the_first():
    frame, _ = shop()
    frame["noise"] = np.random.default_rng(1).normal(size=len(frame))
    other = Recipe((Feature("noise", "noise"), Feature("also", "age")))

    table = choose(frame, recipes={"all": RECIPE, "poor": other}).table()

    poor = table[table["features"] == "poor"]
    assert len(poor)
    assert poor["silhouette"].max() < table["silhouette"].max()


@pytest.mark.parametrize("customers", [0, 1, 2, 29])
def test_too_few_customers_give_a_reason_and_no_shape(customers):
    frame = shop(30)[0].iloc[:customers]

    found = choose(frame)

    assert found.shape is None
    assert found.reason == f"{customers} customers, 30 needed"


def test_customers_who_are_all_alike_give_a_reason_and_no_shape():
    frame, _ = shop(40)
    frame[["spend", "visits", "age"]] = 1.0

    assert choose(frame).reason == "1 different customers, too few to group"


def test_a_grouping_that_leaves_a_tiny_cluster_is_not_chosen():
    frame, _ = shop(300)

    found = choose(frame, Plan(k_values=(3,), minimum_share=0.5, finalists=1))

    assert found.shape is None
    assert found.reason.startswith("every grouping leaves a cluster below 50.0% of the customers")
    assert {c.verdict for c in found.candidates} == {"a cluster below 50.0% of the customers"}


def test_a_cluster_of_a_few_customers_is_not_chosen_however_small_the_shop():
    frame, _ = shop(30)
    frame.loc[frame.index[:4], "age"] += 300.0  # four of thirty are a group of their own

    found = choose(frame, Plan(k_values=(3, 4), minimum_share=0.01, finalists=2))

    few = [c for c in found.candidates if round(c.quality.smallest_share * 30) < 10]
    assert few
    assert {c.verdict for c in few} == {"a cluster of fewer than 10 customers"}


def test_a_sample_is_searched_and_everyone_is_grouped():
    frame, group = shop(3000)

    found = choose(frame, Plan(k_values=(3,), search_rows=200, measured_rows=100))

    assert adjusted_rand_score(group, groups(found, frame)) == 1


def test_a_sample_holds_every_stratum_in_its_share():
    codes = np.repeat([0, 1, 2], [900, 99, 1])

    drawn = search.sample(codes, 100, seed=1)

    assert np.bincount(codes[drawn]).tolist() == [90, 9, 1]
    assert len(np.unique(drawn)) == len(drawn)
    assert search.sample(codes, 1000, seed=1).tolist() == list(range(1000))


def test_no_set_of_features_is_an_error():
    with pytest.raises(ValueError, match="no set of features"):
        search.choose(shop()[0], {}, seed=1)
