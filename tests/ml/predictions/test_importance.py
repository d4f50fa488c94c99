import numpy as np

from ml.predictions import importance
from tests.ml.predictions.test_model import customers, fitted


def test_what_decides_is_important_and_noise_is_not():
    frame, labels = customers(seed=5)
    table = importance.permutation(fitted("boosting"), frame, labels, random_state=1)

    assert list(table["feature"])[:2] == ["visits", "spent"]
    assert table["importance"].iloc[0] > 0.02 > table["importance"].iloc[2]


def test_the_answer_rises_with_a_feature_that_drives_it():
    frame, _ = customers(seed=5)
    table = importance.partial_dependence(
        fitted("logistic"), frame, ["visits", "noise"], random_state=1
    )
    visits, noise = (table[table["feature"] == name]["probability"] for name in ("visits", "noise"))

    assert np.all(np.diff(visits) > 0)
    assert visits.max() - visits.min() > 5 * (noise.max() - noise.min())


def test_the_same_seed_gives_the_same_table():
    frame, labels = customers(seed=5)
    first, second = (
        importance.permutation(fitted("forest"), frame, labels, repeats=1, random_state=3)
        for _ in range(2)
    )
    assert first.equals(second)
