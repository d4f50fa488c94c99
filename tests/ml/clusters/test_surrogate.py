from ml.clusters import surrogate
from tests.ml.clusters.shops import model_of, shop


def test_a_tree_tells_groups_far_apart_in_their_own_units():
    frame, _ = shop()

    found = surrogate.learn(model_of(frame), frame, seed=1)

    assert found.fidelity == 1
    assert found.depth == 2
    assert "spend" in found.rules or "visits" in found.rules or "age" in found.rules


def test_a_tree_of_one_question_cannot_tell_three_groups():
    frame, _ = shop()

    found = surrogate.learn(model_of(frame), frame, depth=1, seed=1)

    assert found.depth == 1
    assert 0.5 < found.fidelity < 0.8
