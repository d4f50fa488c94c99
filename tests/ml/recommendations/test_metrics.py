import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import ndcg_score

from ml.recommendations import metrics
from ml.recommendations.ranking import NOBODY


def matrix(*rows, products=10):
    dense = np.zeros((len(rows), products), dtype=np.float32)
    for row, columns in enumerate(rows):
        dense[row, list(columns)] = 1
    return sparse.csr_matrix(dense)


def measured(ranked, relevant, k, **options):
    found = metrics.accuracy(np.array(ranked), relevant, k=k, **options)
    return {name: values.tolist() for name, values in found.items()}


def test_a_perfect_ranking_scores_1_and_one_without_a_hit_0():
    perfect = measured([[1, 2, 3]], matrix({1, 2, 3}), 3)
    assert perfect == {name: [1.0] for name in metrics.ACCURACY}

    assert measured([[4, 5, 6]], matrix({1, 2, 3}), 3) == {name: [0.0] for name in metrics.ACCURACY}


def test_the_measures_equal_arithmetic_by_hand():
    found = measured([[0, 7, 1, 8, 9], [4, 5, 6, 7, 2]], matrix({0, 1, 3}, {2}), 5)

    # first: hits at places 1 and 3 of 5, three wanted; second: one hit at place 5, one wanted
    assert found["precision"] == [2 / 5, 1 / 5]
    assert found["recall"] == pytest.approx([2 / 3, 1])
    assert found["map"] == pytest.approx([(1 / 1 + 2 / 3) / 3, 1 / 5])
    best = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert found["ndcg"] == pytest.approx([(1 + 1 / np.log2(4)) / best, 1 / np.log2(6)])
    assert found["hit_rate"] == [1, 1]
    assert found["mrr"] == [1, 1 / 5]


def test_empty_places_are_no_hits_and_places_after_k_do_not_count():
    found = measured([[NOBODY, 0, 1]], matrix({0, 1}), 2)

    assert found["recall"] == [1 / 2]
    assert found["mrr"] == [1 / 2]


def test_products_that_no_model_knows_are_missed():
    found = measured([[0, 1]], matrix({0, 1}), 2, wanted=np.array([4]))

    assert found["recall"] == [2 / 4]
    assert found["precision"] == [1]


def test_ndcg_equals_that_of_scikit_learn():
    chance = np.random.default_rng(4)
    scores = chance.random((60, 30))
    relevant = chance.random((60, 30)) < 0.2
    relevant[:, 0] = True
    ranked = np.argsort(-scores, axis=1)

    for k in (5, 10, 20):
        ours = metrics.accuracy(ranked, sparse.csr_matrix(relevant), k=k)["ndcg"]
        assert ours.mean() == pytest.approx(ndcg_score(relevant, scores, k=k), abs=1e-12)


def test_the_other_measures_equal_brute_force():
    chance = np.random.default_rng(5)
    relevant = matrix(*[set(chance.choice(30, chance.integers(1, 9), False)) for _ in range(50)],
                      products=30)  # fmt: skip
    ranked = np.array([chance.permutation(30)[:20] for _ in range(50)])
    found = metrics.accuracy(ranked, relevant, k=10)

    for who in range(50):
        wanted = set(relevant[who].indices)
        hits = [product in wanted for product in ranked[who][:10]]
        precisions = [sum(hits[: n + 1]) / (n + 1) for n in range(10) if hits[n]]
        assert found["recall"][who] == pytest.approx(sum(hits) / len(wanted))
        assert found["map"][who] == pytest.approx(sum(precisions) / min(10, len(wanted)))
        assert found["mrr"][who] == (1 / (hits.index(True) + 1) if any(hits) else 0)
        assert found["hit_rate"][who] == any(hits)


def test_coverage_counts_each_product_once():
    assert metrics.coverage(np.array([[0, 1], [1, NOBODY]]), 8) == 2 / 8


def test_novelty_is_the_surprise_in_bits():
    # 4 of 8 customers took product 0: 1 bit; 1 of 8 product 1: 3 bits; nobody 2, which counts as 1
    found = metrics.novelty(np.array([[0, 1], [2, NOBODY]]), np.array([4, 1, 0]), 8)

    assert found == pytest.approx((1 + 3 + 3) / 3)


def test_diversity_is_1_less_the_mean_cosine_of_pairs():
    vectors = sparse.csr_matrix(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    ranked = np.array([[0, 1, 2], [0, 1, NOBODY], [2, NOBODY, NOBODY]])

    # the first: pairs of cosine 1, 0 and 0; the second: 1; the third has no pair
    assert metrics.diversity(ranked, vectors) == pytest.approx(((1 - 1 / 3) + 0) / 2)


def test_the_interval_of_a_mean_is_about_two_standard_errors_each_way():
    values = np.random.default_rng(6).normal(5, 2, size=400)

    found = metrics.estimate(values, seed=1)

    error = values.std() / np.sqrt(400)
    assert found.mean == values.mean()
    assert found.low == pytest.approx(found.mean - 1.96 * error, abs=0.3 * error)
    assert found.high == pytest.approx(found.mean + 1.96 * error, abs=0.3 * error)
    assert found == metrics.estimate(values, seed=1)


def test_the_ratio_of_paired_values_is_known_better_than_either():
    values = np.random.default_rng(7).gamma(1.0, size=300)

    found = metrics.estimate_ratio(1.2 * values, values, seed=1)

    assert (found.low, found.mean, found.high) == pytest.approx((1.2, 1.2, 1.2))


def test_wrong_arguments_are_errors():
    with pytest.raises(ValueError, match="got 0"):
        metrics.accuracy(np.array([[0]]), matrix({0}), k=0)
    with pytest.raises(ValueError, match="1 customers have no relevant product"):
        metrics.accuracy(np.array([[0]]), matrix(set()), k=1)
    with pytest.raises(ValueError, match="no customer"):
        metrics.estimate(np.empty(0), seed=1)
