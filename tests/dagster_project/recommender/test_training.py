import json
import shutil
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest

from dagster_project.models.registry import Registry
from dagster_project.recommender import inputs as recommender_inputs
from dagster_project.recommender.inputs import Inputs, Recipe
from dagster_project.recommender.training import train_recommenders
from dagster_project.recommender.variants import VARIANTS as VARIANTS_OF
from dagster_project.recommender.variants import compared_models
from ml.recommendations.frequency import PersonalFrequency
from ml.recommendations.interactions import read
from ml.recommendations.popularity import Popularity
from tests.dagster_project.kept import artifacts, artifacts_that_name, rows_that_name

AS_OF = pd.Timestamp("2026-03-31")
RECIPE = Recipe(weights={"view": 1, "cart": 3, "purchase": 5}, days=14)
VARIANTS = tuple(VARIANTS_OF)
MODELS = {"popular": Popularity(), "own_habits": PersonalFrequency(60.0)}
SEARCHED = {**MODELS, "own_habits_in_demand": PersonalFrequency(1.0)}


def shop(customers=150, seed=2):
    """Customers of three tastes who buy again and again what they like, of 16 products each."""
    chance = np.random.default_rng(seed)
    who = np.repeat(np.arange(customers), 40)
    product = (who % 3) * 16 + chance.integers(16, size=len(who))
    dated = pd.DataFrame(
        {
            "customer_id": [f"c{i:04}" for i in who],
            "product_id": [f"p{i:02}" for i in product],
            "weight": 1.0,
            "at": AS_OF - pd.to_timedelta(chance.integers(1, 80, size=len(who)), unit="D"),
        }
    ).drop_duplicates(ignore_index=True)
    products = sorted(dated["product_id"].unique())
    catalogue = pd.DataFrame(
        {
            "name": [f"Thing {p}" for p in products],
            "category": "all",
            "brand": "any",
            "price": 1.0,
            "margin_share": 0.3,
        },
        index=pd.Index(products, name="product_id"),
    )
    countries = pd.Series("DE", index=sorted(dated["customer_id"].unique()))
    return Inputs(AS_OF, dated, dated[::2].reset_index(drop=True), catalogue, countries)


def train(registry, inputs=None, **options):
    given = {"seed": 7, "recipe": RECIPE, "models": MODELS, **options}
    (result,) = train_recommenders(shop() if inputs is None else inputs, registry, **given)
    return result


def test_the_hybrid_is_compared_with_every_model_on_the_days_after_the_cut(registry):
    result = train(registry)

    assert result.outcome == "promoted"
    assert result.metrics["recall_at_10"] > 1.5 * result.metrics["popular_recall_at_10"]
    assert result.metrics["recall_at_10_low"] < result.metrics["recall_at_10"]
    files = artifacts(registry, result)
    table = pd.read_csv(pd.io.common.BytesIO(files["recommenders.csv"]), index_col="model")
    assert table.index.tolist() == ["popular", "own_habits", "hybrid"]
    recall = table["recall_at_10"]
    assert recall["hybrid"] >= 0.95 * recall["own_habits"]
    for metric in ("precision_at_10", "recall_at_10", "map_at_10"):
        logged = {"hybrid": result.metrics[metric], "popular": result.metrics[f"popular_{metric}"]}
        assert table.loc[[*logged], metric].to_dict() == pytest.approx(logged, abs=1e-6)
    assert b"own_habits" in files["model_card.md"]
    assert set(files) >= {
        "input_example.json",
        "signature.json",
        "weights.csv",
        "recall_by_knowledge.csv",
        "recall_by_segment.csv",
        "model.npz",
        "model.json",
    }


def test_training_again_on_the_same_data_changes_nothing(registry):
    first = train(registry)
    inputs = shop()
    shuffled = replace(inputs, dated=inputs.dated.sample(frac=1, random_state=1))

    again = train(registry, shuffled)

    assert (again.outcome, again.version.number) == ("unchanged", first.version.number)


def test_newer_data_get_the_champions_recipe_where_another_is_not_better_beyond_noise(registry):
    train(registry)
    newer = replace(shop(), as_of=AS_OF + pd.Timedelta(hours=1))

    result = train(registry, newer)

    assert (result.outcome, result.version.number) == ("promoted", 2)
    assert result.version.parameters["is_champions_recipe"] == "True"
    assert "against the champion's recipe" in result.reason


def test_the_measures_and_the_variants_of_a_kept_recipe_are_its_own(registry):
    shorter = {"popular": Popularity(), "own_habits": PersonalFrequency(15.0)}
    train(registry, models=shorter)

    result, variant = train_recommenders(
        shop(), registry, seed=7, recipe=RECIPE, models=MODELS, variants=["recommender_by_value"]
    )

    assert result.version.parameters["is_champions_recipe"] == "True"
    judged = pd.read_csv(
        pd.io.common.BytesIO(artifacts(registry, result)["recommenders.csv"]), index_col="model"
    )
    told = result.version.metrics["recall_at_10"]
    assert told == pytest.approx(judged.loc["champion_recipe", "recall_at_10"], abs=1e-6)
    assert told != pytest.approx(judged.loc["hybrid", "recall_at_10"], abs=1e-6)
    best = judged.loc[list(MODELS), "recall_at_10"].max()
    assert result.metrics["gain_over_best_single"] == pytest.approx(told - best, abs=1e-5)
    assert variant.metrics["hybrid_recall_at_10"] == pytest.approx(told)
    beside = artifacts(registry, variant)["recommenders.csv"].decode()
    assert [line.split(",")[0] for line in beside.splitlines()[1:]] == [
        "champion_recipe", "recommender_by_value", "popular",
    ]  # fmt: skip


def test_a_recipe_that_is_better_beyond_noise_replaces_the_champions(registry):
    train(registry, models={"popular": Popularity()})

    result = train(registry)

    assert result.version.parameters["is_champions_recipe"] == "False"
    model, version = registry.champion("recommender")
    assert version.number == 2
    assert model.weights["dense"]["own_habits"] > 0


def test_what_does_not_beat_popularity_is_not_put_in_use_but_popularity_is(registry):
    inputs = shop()
    number = inputs.dated["customer_id"].str[1:].astype(int)
    fashion = inputs.dated[number % 2 == 0].assign(product_id="p99", weight=100.0)
    # customers of even number look at p99 all the time; those of odd number come to buy it at last
    late = inputs.purchases["at"] >= AS_OF - pd.Timedelta(days=14)
    odd = inputs.purchases["customer_id"].str[1:].astype(int) % 2 == 1
    bought = inputs.purchases["product_id"].where(~late, "p99")
    purchases = inputs.purchases.assign(product_id=bought)[~late | odd]

    unforeseen = replace(inputs, dated=pd.concat([inputs.dated, fashion]), purchases=purchases)
    first = train(registry, unforeseen)

    assert first.outcome == "promoted"
    assert "against popularity" in first.reason
    model, version = registry.champion("recommender")
    assert model.weights == {level: {"popular": 1.0} for level in ("cold", "sparse", "dense")}
    assert version.metrics["recall_at_10"] == pytest.approx(version.metrics["popular_recall_at_10"])

    again = train(registry, unforeseen, recipe=replace(RECIPE, trials=RECIPE.trials + 1))

    assert again.outcome == "kept"
    assert registry.champion_version("recommender").number == 1


def test_hyper_parameters_are_searched_and_every_trial_is_recorded(registry):
    searched = replace(RECIPE, fewest_searched=100)
    result = train(registry, models=SEARCHED, recipe=searched)

    trials = artifacts(registry, result)["trials_of_own_habits_in_demand.csv"]
    recall = pd.read_csv(pd.io.common.BytesIO(trials))["recall"]
    assert len(recall) == RECIPE.trials
    assert recall.max() > recall[0]
    assert "trials_of_own_habits_in_demand.csv" not in artifacts(
        registry, train(registry, models=SEARCHED)
    )
    assert result.version.metrics["own_habits_in_demand_recall_by_trial"] == recall.iloc[-1]


def test_a_shop_without_history_or_with_one_product_skips(registry):
    inputs = shop()

    assert train(registry, replace(inputs, dated=inputs.dated.iloc[:0])).outcome == "skipped"
    one = inputs.dated[inputs.dated["product_id"] == "p00"]
    assert "1 products" in train(registry, replace(inputs, dated=one)).reason


def test_without_days_to_judge_on_a_champion_is_made_and_its_recipe_kept(registry):
    inputs = shop()
    early = inputs.purchases[inputs.purchases["at"] < AS_OF - pd.Timedelta(days=20)]
    first = train(registry, replace(inputs, purchases=early.iloc[:0]))
    second = train(registry, replace(inputs, purchases=early))

    assert (first.outcome, second.outcome) == ("promoted", "promoted")
    assert "recall_at_10" not in first.metrics
    assert "no days to measure on" in second.reason


def test_the_same_seed_gives_the_same_files(prepared_store, tmp_path):
    found = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        store = shutil.copyfile(prepared_store, tmp_path / name / "mlflow.db")
        registry = Registry(f"sqlite:///{store}", (tmp_path / name).as_uri())
        found.append(artifacts(registry, train(registry, models=None, threads=len(found) + 1)))

    assert found[0] == found[1]


def test_nothing_that_is_kept_names_a_customer(registry):
    result = train(registry, models=None)

    kept = artifacts(registry, result)
    assert not artifacts_that_name(kept, "c0001")
    assert not rows_that_name(registry, "c0001")
    told = json.loads(kept["model.json"])
    assert set(told) == {"components", "weights"}


def test_weights_are_those_of_the_features():
    assert set(recommender_inputs.load_recipe().weights) == {"view", "cart", "purchase"}


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        for text in (
            "create schema intermediate; create schema marts; create schema features",
            """create table intermediate.int_moments_evaluated as
                select timestamp '2026-03-31' as as_of""",
            """create table intermediate.int_visitor_products_evaluated as select * from (values
                (timestamp '2026-03-31', 'v1', 'hat', date '2026-03-01', 2, 1),
                (timestamp '2026-03-31', 'v2', 'hat', date '2026-03-01', 1, 0),
                (timestamp '2026-03-31', 'v1', 'cap', date '2026-03-02', 1, 0),
                (timestamp '2026-03-31', 'v3', 'cap', date '2026-03-02', 1, 0)
            ) as t(as_of, visitor_id, product_id, event_date, product_views, cart_adds)""",
            """create table marts.dim_visitors as select * from (values
                ('v1', 'ann'), ('v2', 'ann'), ('v3', 'eve')) as t(visitor_id, customer_id)""",
            """create table marts.fct_order_lines as select * from (values
                ('ann', 'hat', timestamp '2026-03-01 10:00', true),
                ('eve', 'hat', timestamp '2026-03-01 10:00', true),
                ('ann', 'POST', timestamp '2026-03-01 10:00', false),
                ('ann', 'bag', timestamp '2026-04-01 10:00', true)
            ) as t(customer_id, product_id, ordered_at, is_goods)""",
            """create table marts.dim_products as select * from (values
                ('hat', 'Hat', 'clothes', null, 5.5::decimal(18, 4), 0.4),
                ('POST', 'Postage', null, null, 1.0, null)
            ) as t(product_id, name, category, brand, price, margin_share)""",
            """create table marts.dim_customers as select * from (values
                ('ann', 'DE'), ('eve', 'DE'), ('bob', null)) as t(customer_id, country)""",
            """create table intermediate.int_customers_learnable as select 'ann' as customer_id""",
            """create table features.ftr_interactions as select * from (values
                ('hat'), ('cap')) as t(product_id)""",
        ):
            connection.execute(text)
        yield connection


def test_dated_interactions_weigh_views_carts_and_purchases_by_day(connection):
    inputs = recommender_inputs.read_inputs(connection, RECIPE)

    assert inputs.as_of == AS_OF
    rows = inputs.dated[["customer_id", "product_id", "weight"]].to_numpy().tolist()
    # hat: 3 views of 1, 1 cart add of 3, 1 purchase of 5
    assert rows == [["ann", "cap", 1.0], ["ann", "hat", 3 * 1 + 1 * 3 + 1 * 5]]
    assert inputs.dated["at"].tolist() == [pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-01")]


def test_only_goods_bought_by_the_moment_are_purchases_and_only_goods_are_on_offer(connection):
    inputs = recommender_inputs.read_inputs(connection, RECIPE)

    assert inputs.purchases["product_id"].tolist() == ["hat"]
    assert inputs.catalogue.index.tolist() == ["hat"]
    assert inputs.countries.to_dict() == {"ann": "DE"}


def test_without_behaviour_there_is_nothing_to_read(connection):
    connection.execute("delete from intermediate.int_moments_evaluated")

    assert recommender_inputs.read_inputs(connection, RECIPE) is None


def test_the_best_trials_of_each_search_are_child_runs(registry):
    from mlflow import MlflowClient

    searched = replace(RECIPE, fewest_searched=100)
    result = train(registry, models=SEARCHED, recipe=searched)

    client = MlflowClient(registry.tracking_uri, registry.tracking_uri)
    experiment = client.get_experiment_by_name("recommender").experiment_id
    children = client.search_runs(
        [experiment], f"tags.`mlflow.parentRunId` = '{result.version.run_id}'"
    )
    trials = artifacts(registry, result)["trials_of_own_habits_in_demand.csv"]
    recall = pd.read_csv(pd.io.common.BytesIO(trials))["recall"].nlargest(2)
    assert sorted(run.data.metrics["recall"] for run in children) == sorted(recall)


def test_variants_are_judged_by_money_against_the_recommender_on_the_same_days(registry):
    first, *others = train_recommenders(
        shop(), registry, seed=7, recipe=RECIPE, models=MODELS, variants=VARIANTS
    )

    assert first.outcome == "promoted"
    assert [result.name for result in others] == list(VARIANTS)
    for result in others:  # all prices are alike: nothing is to be gained by them
        assert result.outcome == "kept"
        assert result.metric in ("margin_at_10", "value_at_10")
        assert f"hybrid_{result.metric}" in result.metrics
        assert "against the recommender" in registry.versions(result.name)[0].tags["not_promoted"]
        files = artifacts(registry, result)
        assert {"model_card.md", "signature.json", "input_example.json", "recommenders.csv"} <= set(
            files
        )
    few = others[2].metrics["measured_customers"]
    assert 0 < few < 0.5 * others[0].metrics["measured_customers"]


def test_a_variant_that_earns_more_beyond_noise_is_promoted_and_loads_as_it_was(registry):
    inputs = shop()
    dear = inputs.catalogue.index.str[1:].astype(int) % 2
    catalogue = inputs.catalogue.assign(price=np.where(dear, 400.0, 1.0))
    _, result = train_recommenders(
        replace(inputs, catalogue=catalogue), registry, seed=7, recipe=RECIPE, models=MODELS,
        variants=["recommender_by_value"],
    )  # fmt: skip

    assert result.outcome == "promoted"
    assert result.metrics["value_at_10"] > result.metrics["hybrid_value_at_10"]
    model, version = registry.champion("recommender_by_value")
    known = read(inputs.dated, as_of=AS_OF, products=catalogue.index)
    scores = model.scorer(known)(np.arange(20))
    assert (scores > 0).any()
    assert version.metrics["recall_at_10"] > 0


def test_variants_without_prices_are_skipped_and_nothing_is_trained_again_for_them(registry):
    inputs = shop()
    inputs = replace(inputs, catalogue=inputs.catalogue.assign(margin_share=None))
    given = {"seed": 7, "recipe": RECIPE, "models": MODELS, "variants": VARIANTS}
    first = train_recommenders(inputs, registry, **given)
    again = train_recommenders(inputs, registry, **given)

    assert [result.outcome for result in first] == ["promoted", "skipped", "kept", "kept"]
    assert [result.outcome for result in again] == ["unchanged", "skipped", *["unchanged"] * 2]


def test_models_by_prices_or_margins_are_compared_where_these_are_known():
    catalogue = shop().catalogue
    every = compared_models(catalogue, threads=1)
    without_margins = compared_models(catalogue.assign(margin_share=None), threads=1)
    without_prices = compared_models(catalogue.assign(price=None), threads=1)

    assert set(every) - set(without_margins) == {"als_by_margin"}
    assert set(every) - set(without_prices) == {"als_by_margin", "als_by_price"}


def test_the_same_data_gives_every_variant_the_same_hash(tmp_path):
    hashes = []
    for name in ("a", "b"):
        store = Registry(f"sqlite:///{tmp_path / name}.db", (tmp_path / name).as_uri())
        found = train_recommenders(
            shop(), store, seed=7, recipe=RECIPE, models=MODELS, variants=VARIANTS
        )
        hashes.append([result.version.tags["model_sha256"] for result in found])

    assert hashes[0] == hashes[1]


def test_no_figure_is_of_a_country_of_too_few_customers(registry):
    inputs = shop()
    countries = inputs.countries.copy()
    countries.iloc[:4] = "IS"
    files = artifacts(registry, train(registry, replace(inputs, countries=countries)))

    table = pd.read_csv(pd.io.common.BytesIO(files["recall_by_segment.csv"]), index_col="model")
    assert table.columns.tolist() == ["DE", "DE_low", "DE_high"]
