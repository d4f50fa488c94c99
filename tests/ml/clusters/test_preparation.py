import numpy as np
import pandas as pd
import pytest

from ml.clusters import preparation
from ml.clusters.preparation import Feature, Preparation, Recipe


def frame(rows=200):
    chance = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "views": chance.poisson(5, rows).astype(float),
            "visits": chance.poisson(3, rows).astype(float),
            "age": chance.normal(size=rows),
            "device": np.where(chance.random(rows) < 0.3, "phone", "desk"),
        }
    )


def learn(rows, *features, **given):
    return preparation.learn(rows, Recipe(features, components="all", **given))


def test_a_ratio_with_little_behind_it_is_drawn_to_that_of_everyone():
    rows = pd.DataFrame({"adds": [1.0, 100.0, 0.0], "views": [1.0, 199.0, 0.0]})  # 101 of 200

    derived = learn(rows, Feature("rate", "adds", "views", weight=2.0)).derived(rows)

    # (1 + 2 * .505) / (1 + 2), (100 + 1.01) / 201, 1.01 / 2
    assert derived["rate"].tolist() == pytest.approx([0.67, 0.502537, 0.505], abs=1e-6)


@pytest.mark.parametrize(
    ("missing", "stands"), [("median", 2.0), ("lowest", 1.0), ("highest", 9.0), (4.0, 4.0)]
)
def test_what_stands_for_a_missing_value_is_declared(missing, stands):
    rows = pd.DataFrame({"days": [1.0, 2.0, 9.0, np.nan, np.inf]})

    prepared = learn(rows, Feature("days", "days", missing=missing))

    assert prepared.scaling.fill.tolist() == [stands]
    assert np.isfinite(prepared.scaled(rows)).all()


def test_of_two_features_that_say_the_same_the_earlier_stays_and_it_is_recorded():
    rows = frame().assign(again=lambda f: 3 * f["age"] + 1, flat=1.0)
    features = [Feature(name, name) for name in ("age", "views", "again", "flat")]

    prepared = learn(rows, *features)

    assert prepared.names == ("age", "views")
    assert prepared.dropped == (
        ("again", "correlation +1.00 with age"),
        ("flat", "one value for all"),
    )
    assert prepared.numbers == ("age", "views")


def test_each_frequent_value_of_a_category_becomes_a_feature():
    rows = frame()
    rows.loc[0, "device"] = "fridge"  # one of 200, below a fiftieth

    prepared = learn(rows, Feature("age", "age"), categories=("device",), correlated=1.1)

    assert prepared.names == ("age", "device desk", "device phone")
    assert prepared.categories == ("device",)
    is_phone = (rows["device"] == "phone").to_numpy()
    scaled = prepared.scaled(rows)[:, 2]
    assert scaled[is_phone].min() > 0 > scaled[~is_phone].max()


@pytest.mark.parametrize("method", ["z_score", "min_max", "robust"])
def test_every_scaling_brings_features_of_any_unit_to_one_scale(method):
    rows = frame()
    rows["pence"] = 100 * np.random.default_rng(5).normal(size=len(rows))

    scaled = learn(rows, Feature("age", "age"), Feature("pence", "pence"), scaling=method).scaled(
        rows
    )

    assert abs(scaled).max() <= 4
    assert scaled.std(axis=0) == pytest.approx([1.0, 1.0], abs=0.45)
    if method == "min_max":  # the middle of the range is 0, and its ends are as far
        assert scaled.min(axis=0) == pytest.approx(-scaled.max(axis=0), abs=1e-4)


def test_components_are_kept_that_explain_more_than_chance_would():
    chance = np.random.default_rng(4)
    hidden = chance.normal(size=(500, 2))
    mixed = hidden @ chance.normal(size=(2, 8)) + 0.3 * chance.normal(size=(500, 8))
    rows = pd.DataFrame(mixed, columns=list("abcdefgh"))
    features = tuple(Feature(name, name) for name in rows.columns)

    prepared = preparation.learn(rows, Recipe(features, correlated=1.1))

    assert prepared.projection.shape == (8, 2)
    assert prepared.projection.T @ prepared.projection == pytest.approx(np.eye(2), abs=1e-4)


def test_a_preparation_survives_being_stored():
    rows = frame()
    features = (Feature("rate", "views", "visits"), Feature("age", "age", missing="highest"))
    prepared = preparation.learn(rows, Recipe(features, categories=("device",)))

    again = Preparation.restore(*prepared.state())

    assert again.scaled(rows).tobytes() == prepared.scaled(rows).tobytes()
    assert again.features == prepared.features


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="missing column\\(s\\): visits"):
        learn(frame().drop(columns="visits"), Feature("rate", "views", "visits"))
