import sqlite3
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from dagster_project import training
from dagster_project.registry import Registry
from dagster_project.training import Recipe, decide
from ml import personas
from ml.clusters import Search
from ml.recommendations.als import Parameters

AS_OF = pd.Timestamp("2026-03-31")
SMALL = Parameters(factors=8, iterations=6)
RECIPE = Recipe(weights={"view": 1, "cart": 3, "purchase": 5}, half_life_days=30.0)


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


def actions(customers=120, seed=2):
    """Dated interactions over 60 days: customers of three tastes, ten products of each."""
    chance = np.random.default_rng(seed)
    who = np.repeat(np.arange(customers), 20)
    product = (who % 3) * 10 + chance.integers(10, size=len(who))
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:04}" for i in who],
            "product_id": [f"p{i:02}" for i in product],
            "weight": 1.0,
            "at": AS_OF - pd.to_timedelta(chance.integers(1, 60, size=len(who)), unit="D"),
        }
    ).sort_values(["customer_id", "product_id", "at"], ignore_index=True)


def shop():
    dated = actions()
    pair = ["customer_id", "product_id"]
    interactions = dated.groupby(pair, as_index=False)["weight"].sum()
    purchases = dated[::9].groupby(pair, as_index=False)["at"].min()
    return interactions, dated, purchases


def train_als(registry, parts=None, parameters=SMALL, **options):
    given = {"as_of": AS_OF, "seed": 7, "parameters": parameters, "recipe": RECIPE, **options}
    return training.train_recommender(*(parts or shop()), registry, **given)


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

    first = train_als(registry)
    again = train_als(registry)
    assert (again.outcome, again.version.number) == ("unchanged", first.version.number)


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


def test_als_is_measured_against_popularity_on_the_days_after_the_cut(registry):
    result = train_als(registry)

    assert result.outcome == "promoted"
    assert result.metrics["map_at_10"] > result.metrics["popularity_map_at_10"]
    assert result.metrics["recall_at_10"] > result.metrics["popularity_recall_at_10"]
    assert result.version.parameters["cut"] == "2026-03-17T00:00:00"


def test_parameters_that_rank_worse_are_not_promoted(registry):
    train_als(registry)

    result = train_als(registry, parameters=replace(SMALL, factors=1, iterations=1))

    assert result.outcome == "kept"
    assert result.metrics["map_at_10"] < result.metrics["champion_map_at_10"]
    assert registry.champion_version("als").number == 1


def test_the_same_parameters_on_newer_data_are_promoted(registry):
    train_als(registry)
    interactions, dated, purchases = shop()
    interactions.loc[0, "weight"] += 1

    result = train_als(registry, (interactions, dated, purchases))

    assert (result.outcome, result.version.number) == ("promoted", 2)
    assert result.metrics["champion_map_at_10"] == result.metrics["map_at_10"]


def test_a_shop_without_orders_or_with_one_product_skips(registry):
    interactions, dated, purchases = shop()
    nothing = (interactions.iloc[:0], dated.iloc[:0], purchases.iloc[:0])
    one = interactions[interactions["product_id"] == "p00"]

    assert train_als(registry, nothing).outcome == "skipped"
    result = train_als(registry, (one, dated, purchases))
    assert "1 products" in result.reason
    assert train_als(registry, (interactions, dated, purchases.iloc[:0])).outcome == "promoted"


def test_without_days_to_judge_on_only_a_first_champion_is_made(registry):
    interactions, dated, purchases = shop()
    early = dated[dated["at"] < AS_OF - pd.Timedelta(days=20)]

    first = train_als(registry, (interactions, early, purchases))
    second = train_als(registry, (interactions, early, purchases), replace(SMALL, alpha=2.0))

    assert (first.outcome, second.outcome) == ("promoted", "kept")
    assert "no held-out data" in second.reason
    assert "map_at_10" not in first.metrics


def test_the_same_seed_gives_the_same_files(prepared_store, tmp_path):
    import shutil

    found = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        store = shutil.copyfile(prepared_store, tmp_path / name / "mlflow.db")
        registry = Registry(f"sqlite:///{store}", (tmp_path / name).as_uri())
        found.append(
            [
                artifacts(registry, training.train_clusters(features(), registry, seed=7)),
                artifacts(registry, train_als(registry)),
            ]
        )

    assert found[0] == found[1]
    assert set(found[0][0]) == {"model.npz", "model.json", "candidates.csv", "clusters.png"}


def test_nothing_that_is_kept_names_a_customer(registry):
    results = [training.train_clusters(features(), registry, seed=7), train_als(registry)]

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
    connection.execute("create schema features")
    connection.execute(
        """
        create table features.ftr_customers as
        select * from (values
            ('bob', timestamp '2026-03-01', 1.5::decimal(18, 4), true),
            ('ann', timestamp '2026-03-01', null, false),
            ('ann', timestamp '2026-02-01', 9.0, true)
        ) as t(customer_id, as_of, monetary, is_known)
        """
    )

    frame = training.read_features(connection, ["monetary", "is_known"])

    assert frame["customer_id"].tolist() == ["ann", "bob"]
    assert frame["monetary"].tolist()[1] == 1.5
    assert np.isnan(frame["monetary"].tolist()[0])
    assert frame["is_known"].tolist() == [0.0, 1.0]
    assert training.read_customers(connection).tolist() == ["ann", "bob"]


def test_weights_and_half_life_are_those_of_the_features():
    recipe = training.load_recipe()

    assert set(recipe.weights) == {"view", "cart", "purchase"}
    assert recipe.half_life_days > 0


def test_dated_interactions_weigh_views_carts_and_purchases_by_day():
    connection = duckdb.connect()
    for text in (
        "create schema intermediate; create schema marts",
        "create table intermediate.int_moments_evaluated as select timestamp '2026-03-31' as as_of",
        """create table intermediate.int_visitor_products_evaluated as select * from (values
            (timestamp '2026-03-31', 'v1', 'hat', date '2026-03-01', 2, 1),
            (timestamp '2026-03-31', 'v2', 'hat', date '2026-03-01', 1, 0),
            (timestamp '2026-03-31', 'v1', 'cap', date '2026-03-02', 1, 0)
        ) as t(as_of, visitor_id, product_id, event_date, product_views, cart_adds)""",
        """create table marts.dim_visitors as
            select * from (values ('v1', 'ann'), ('v2', 'ann')) as t(visitor_id, customer_id)""",
        """create table marts.fct_order_lines as select * from (values
            ('ann', 'hat', timestamp '2026-03-01 10:00', true),
            ('ann', 'POST', timestamp '2026-03-01 10:00', false),
            ('ann', 'bag', timestamp '2026-04-01 10:00', true)
        ) as t(customer_id, product_id, ordered_at, is_goods)""",
    ):
        connection.execute(text)

    assert training.read_moment(connection) == AS_OF.to_pydatetime()
    dated = training.read_dated_interactions(connection, RECIPE)
    purchases = training.read_purchases(connection)

    rows = dated[["customer_id", "product_id", "weight"]].to_numpy().tolist()
    # hat: 3 views of 1, 1 cart add of 3, 1 purchase of 5
    assert rows == [["ann", "cap", 1.0], ["ann", "hat", 3 * 1 + 1 * 3 + 1 * 5]]
    assert dated["at"].tolist() == [pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-01")]
    assert purchases["product_id"].tolist() == ["hat"]
