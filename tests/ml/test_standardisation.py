import numpy as np
import pandas as pd
import pytest

from ml import standardisation


def test_a_column_becomes_z_scores_of_mean_0_and_deviation_1():
    frame = pd.DataFrame({"visits": [2.0, 4.0, 6.0]})

    scaled = standardisation.learn(frame, ["visits"]).transform(frame)

    deviation = np.sqrt(((2 - 4) ** 2 + 0 + (6 - 4) ** 2) / 3)
    assert scaled[:, 0].tolist() == pytest.approx([-2 / deviation, 0, 2 / deviation])


def test_a_skewed_column_that_is_never_negative_is_logged():
    frame = pd.DataFrame({"spent": [0.0, 1.0, 2.0, 3.0, 1000.0], "even": [1.0, 2, 3, 4, 5]})

    scaling = standardisation.learn(frame, ["spent", "even"])

    assert scaling.is_logged.tolist() == [True, False]
    assert scaling.mean[0] == pytest.approx(np.log1p(frame["spent"]).mean())


def test_a_skewed_column_with_negative_values_is_not_logged():
    frame = pd.DataFrame({"trend": [-1.0, 1.0, 2.0, 3.0, 1000.0]})

    assert not standardisation.learn(frame, ["trend"]).is_logged[0]


def test_a_missing_value_is_the_median_of_the_others_unless_declared():
    frame = pd.DataFrame(
        {"days": [1.0, None, 3.0, np.inf, 8.0], "spent": [1.0, None, 3.0, 5.0, 8.0]}
    )

    scaling = standardisation.learn(frame, ["days", "spent"], {"spent": 0.0})

    assert scaling.fill.tolist() == [3.0, 0.0]
    scaled = scaling.transform(frame)
    assert scaled[1, 0] == scaled[2, 0] == scaled[3, 0]


def test_a_column_without_any_value_is_0_for_everyone():
    frame = pd.DataFrame({"age": pd.Series([None, None], dtype="float64")})

    scaling = standardisation.learn(frame, ["age"])

    assert scaling.transform(frame).tolist() == [[0.0], [0.0]]


def test_a_constant_column_is_0_for_everyone():
    frame = pd.DataFrame({"rate": [0.1] * 7})

    assert not standardisation.learn(frame, ["rate"]).transform(frame).any()


def test_an_extreme_customer_is_cut_off_at_the_limit():
    frame = pd.DataFrame({"visits": [*range(100), -100_000.0]})

    assert standardisation.learn(frame, ["visits"]).transform(frame).min() == -4.0


def test_scoring_uses_what_training_learnt():
    scaling = standardisation.learn(pd.DataFrame({"visits": [2.0, 4.0, 6.0]}), ["visits"])

    assert scaling.transform(pd.DataFrame({"visits": [4.0]})).tolist() == [[0.0]]


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="frequency, monetary"):
        standardisation.learn(pd.DataFrame({"a": [1]}), ["a", "frequency", "monetary"])


def test_booleans_and_whole_numbers_are_numbers():
    frame = pd.DataFrame({"is_known": [True, False], "orders": pd.array([1, None], dtype="Int64")})

    assert standardisation.learn(frame, ["is_known", "orders"]).transform(frame).shape == (2, 2)
