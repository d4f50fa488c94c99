import sqlite3
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from dagster_project import training
from dagster_project.registry import Registry
from dagster_project.training import decide
from ml import personas
from ml.clusters import Search

AS_OF = pd.Timestamp("2026-03-31")


def features(customers=120, seed=1):
    chance = np.random.default_rng(seed)
    group = np.arange(customers) % 3
    frame = pd.DataFrame(
        {
            column: chance.normal(20 + 15 * ((group + place) % 3), 2.0)
            for place, column in enumerate(personas.COLUMNS)
        }
    )
    frame.insert(0, "customer_id", [f"c{i:04}" for i in range(customers)])
    frame.insert(1, "as_of", AS_OF)
    return frame


def artifacts(registry, result):
    from mlflow import MlflowClient

    client = MlflowClient(registry.tracking_uri, registry.tracking_uri)
    folder = Path(client.get_run(result.version.run_id).info.artifact_uri.removeprefix("file://"))
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_first_grouping_becomes_champion(registry):
    result = training.train_clusters(features(), registry, seed=7)

    assert (result.outcome, result.version.number) == ("promoted", 1)
    assert "there was no champion" in result.reason
    assert result.metrics["k"] == 3
    assert result.metrics["held_out_silhouette"] > 0.5
    assert {"davies_bouldin", "wcss", "silhouette"} <= set(result.version.metrics)
    assert registry.champion_version("clusters").number == 1
    assert result.pictures["clusters"].startswith(b"\x89PNG")


def test_training_again_on_the_same_data_changes_nothing(registry):
    first = training.train_clusters(features(), registry, seed=7)
    again = training.train_clusters(features().sample(frac=1, random_state=1), registry, seed=7)

    assert (again.outcome, again.version.number) == ("unchanged", first.version.number)
    assert again.pictures == first.pictures


def test_new_data_make_a_new_version(registry):
    training.train_clusters(features(), registry, seed=7)
    changed = features()
    changed.loc[0, "monetary"] += 1

    result = training.train_clusters(changed, registry, seed=7)

    assert result.version.number == 2
    assert result.outcome in ("promoted", "kept")
    assert "champion_held_out_silhouette" in result.metrics


def test_a_worse_grouping_does_not_replace_the_champion(registry):
    training.train_clusters(features(), registry, seed=7)

    result = training.train_clusters(features(), registry, seed=7, search=Search(k_values=(8,)))

    assert result.outcome == "kept"
    assert "below the champion's" in result.reason
    assert registry.champion_version("clusters").number == 1


def test_a_champion_that_needs_other_features_gives_way(registry):
    training.train_clusters(features(), registry, seed=7)
    fewer = features().drop(columns="session_minutes")
    columns = [name for name in personas.COLUMNS if name != "session_minutes"]

    result = training.train_clusters(fewer, registry, seed=7, columns=columns)

    assert result.outcome == "promoted"
    assert "cannot be measured" in result.reason


@pytest.mark.parametrize("customers", [0, 1, 2])
def test_a_shop_of_few_customers_trains_nothing_and_says_why(registry, customers):
    result = training.train_clusters(features(3).iloc[:customers], registry, seed=7)

    assert (result.outcome, result.version) == ("skipped", None)
    assert result.reason == f"{customers} customers, 30 needed"


def test_the_same_seed_gives_the_same_files(prepared_store, tmp_path):
    import shutil

    found = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        store = shutil.copyfile(prepared_store, tmp_path / name / "mlflow.db")
        registry = Registry(f"sqlite:///{store}", (tmp_path / name).as_uri())
        found.append(artifacts(registry, training.train_clusters(features(), registry, seed=7)))

    assert found[0] == found[1]
    assert set(found[0]) == {"model.npz", "model.json", "candidates.csv", "clusters.png"}


def test_nothing_that_is_kept_names_a_customer(registry):
    results = [training.train_clusters(features(), registry, seed=7)]

    for result in results:
        for content in artifacts(registry, result).values():
            assert b"c0001" not in content
            assert "c0001".encode("utf-32-le") not in content
    path = registry.tracking_uri.removeprefix("sqlite:///")
    with sqlite3.connect(path) as store:
        assert not [line for line in store.iterdump() if "c0001" in line]


def test_the_rule_of_promotion():
    assert decide(0.2, 0.9, has_champion=False)[0]
    assert decide(None, None, has_champion=False)[0]
    assert decide(0.5, 0.4, has_champion=True)[0]
    assert decide(0.5, 0.5, has_champion=True)[0]
    assert not decide(0.4, 0.5, has_champion=True)[0]
    assert decide(0.4, None, has_champion=True)[0]
    assert not decide(None, None, has_champion=True)[0]


def test_a_missing_feature_is_named():
    connection = duckdb.connect()
    connection.execute("create schema features")
    connection.execute("create table features.ftr_customers (customer_id varchar, as_of timestamp)")

    with pytest.raises(ValueError, match=r"features\.ftr_customers lacks the column\(s\) monetary"):
        training.read_features(connection, ["monetary"])


def test_features_are_read_as_numbers_at_the_newest_moment():
    connection = duckdb.connect()
    connection.execute("create schema features; create schema intermediate")
    connection.execute(
        """
        create table intermediate.int_customers_learnable as
        select unnest(['ann', 'bob']) as customer_id;
        create table features.ftr_customers as
        select * from (values
            ('bob', timestamp '2026-03-01', 1.5::decimal(18, 4), true),
            ('ann', timestamp '2026-03-01', null, false),
            ('eve', timestamp '2026-03-01', 7.0, false),  -- withdrew
            ('ann', timestamp '2026-02-01', 9.0, true)
        ) as t(customer_id, as_of, monetary, is_known)
        """
    )

    frame = training.read_features(connection, ["monetary", "is_known"])

    assert frame["customer_id"].tolist() == ["ann", "bob"]
    assert frame["monetary"].tolist()[1] == 1.5
    assert np.isnan(frame["monetary"].tolist()[0])
    assert frame["is_known"].tolist() == [0.0, 1.0]
