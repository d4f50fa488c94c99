from dataclasses import replace

import duckdb
import pandas as pd
import pytest

from dagster_project.models import scoring
from dagster_project.recommender import inputs as recommender_inputs
from dagster_project.recommender import scoring as recommender_scoring
from dagster_project.recommender.training import train_recommenders
from tests.dagster_project.recommender.test_training import AS_OF, RECIPE, shop

SCHEMA = """
create schema intermediate; create schema marts; create schema features;
create table intermediate.int_moments_evaluated as select timestamp '2026-03-31' as as_of;
create table intermediate.int_visitor_products_evaluated as
select
    timestamp '2026-03-31' as as_of, customer_id as visitor_id, product_id,
    cast("at" as date) as event_date, 1 as product_views, 0 as cart_adds
from dated;
create table marts.dim_visitors as
select distinct customer_id as visitor_id, customer_id from dated;
create table marts.fct_order_lines as
select
    'o' || row_number() over () as order_id, 1 as line_number, customer_id, product_id,
    "at" as ordered_at, true as is_goods
from purchases;
create table marts.dim_products as from catalogue;
create table marts.dim_customers as select * from countries
union all select 'stranger', 'FR';
create table features.ftr_interactions as
select timestamp '2026-03-31' as as_of, customer_id, product_id, 1 as score_plain, 1.0 as weight
from dated;
create table features.ftr_customers as
select timestamp '2026-03-31' as as_of, customer_id from marts.dim_customers;
create table intermediate.int_customers_learnable as select customer_id from marts.dim_customers;
"""


def warehouse(inputs):
    connection = duckdb.connect()
    connection.register("dated", inputs.dated)
    connection.register("purchases", inputs.purchases)
    connection.register("catalogue", inputs.catalogue.reset_index())
    connection.register(
        "countries", inputs.countries.rename("country").rename_axis("customer_id").reset_index()
    )
    connection.execute(SCHEMA)
    scoring.create_tables(connection)
    connection.execute(
        """insert into ml.customer_clusters
        select customer_id, as_of, row_number() over (order by customer_id) % 2,
            'cluster ' || row_number() over (order by customer_id) % 2, 0.0, 'clusters/1'
        from features.ftr_customers"""
    )
    return connection


@pytest.fixture
def connection():
    with warehouse(shop()) as connection:
        yield connection


@pytest.fixture
def champion(registry):
    (result,) = train_recommenders(shop(), registry, seed=7, recipe=RECIPE)
    return result.version


def table(connection, name):
    return connection.table(f"ml.{name}").df()


def test_without_a_champion_every_table_is_empty(connection, registry, monkeypatch):
    monkeypatch.setattr(recommender_inputs, "read_inputs", None)  # nobody would score them

    version = recommender_scoring.recommend(connection, registry)

    assert [len(table(connection, name)) for name in recommender_scoring.TABLES] == [0] * 4
    assert "no champion" in version


def test_every_customer_gets_products_and_a_stranger_what_is_popular(
    connection, registry, champion
):
    assert recommender_scoring.recommend(connection, registry) == champion.label

    given = table(connection, "recommendations")
    assert set(given["model_version"]) == {champion.label}
    assert given.groupby("customer_id").size().to_dict() == dict.fromkeys(
        [*shop().countries.index, "stranger"], 10
    )
    sources = given.groupby("customer_id")["source"].agg(set)
    assert sources["stranger"] <= {"popular", "segment_popular"}
    assert sources["c0000"] == {"hybrid"}
    assert given.groupby("customer_id")["rank"].agg(list).map(tuple).unique().tolist() == [
        tuple(range(1, 11))
    ]


def test_what_is_bought_once_is_not_recommended_to_its_buyers(registry, champion):
    inputs = shop()
    once = inputs.purchases.drop_duplicates(["customer_id", "product_id"])

    with warehouse(replace(inputs, purchases=once)) as connection:
        recommender_scoring.recommend(connection, registry)
        given = table(connection, "recommendations")

    assert len(given) > 0
    assert given.merge(once, on=["customer_id", "product_id"]).empty


def test_a_segment_gets_what_its_customers_score_highest_on_average(connection, registry, champion):
    recommender_scoring.recommend(connection, registry)

    given = table(connection, "segment_recommendations")
    assert given.groupby("segment")["customers"].max().to_dict() == {
        "cluster 0": 75,
        "cluster 1": 76,
    }
    assert given["score"].between(0, 1).all()
    assert (given.groupby("segment")["rank"].max() == 10).all()


def test_products_are_related_to_others(connection, registry, champion):
    recommender_scoring.recommend(connection, registry)

    similar = table(connection, "similar_products")
    assert similar["product_id"].nunique() == shop().catalogue.shape[0]
    assert table(connection, "product_associations")["lift"].gt(0).all()


def test_recommendations_are_made_again_only_when_rows_or_the_champion_changed(
    connection, registry, champion
):
    said = []
    recommender_scoring.recommend(connection, registry, tell=said.append)
    before = table(connection, "recommendations")

    said.clear()
    recommender_scoring.recommend(connection, registry, tell=said.append)
    assert said == ["nothing changed since the last recommendations"]
    pd.testing.assert_frame_equal(table(connection, "recommendations"), before)

    for change in (
        "update marts.dim_products set price = price + 1 where product_id = 'p00'",
        "insert into marts.fct_order_lines by name select 'new' as order_id, 1 as line_number, "
        "'c0001' as customer_id, 'p01' as product_id, timestamp '2026-03-30' as ordered_at, "
        "true as is_goods",
        "update features.ftr_interactions set weight = 2 where customer_id = 'c0003'",
        "update ml.customer_clusters set label = 'other' where customer_id = 'c0003'",
    ):
        connection.execute(change)
        said.clear()
        recommender_scoring.recommend(connection, registry, tell=said.append)
        assert said[-1] == "recommended to 151 of 151 customers", change

    newer = replace(shop(), as_of=AS_OF + pd.Timedelta(hours=1))
    train_recommenders(newer, registry, seed=7, recipe=RECIPE)
    recommender_scoring.recommend(connection, registry)
    assert set(table(connection, "recommendations")["model_version"]) == {"recommender/2"}


def test_scoring_in_small_batches_gives_the_same_rows(connection, registry, champion, monkeypatch):
    from ml.recommendations import ranking

    recommender_scoring.recommend(connection, registry)
    whole = table(connection, "recommendations"), table(connection, "segment_recommendations")
    connection.execute("comment on table ml.recommendations is null")
    monkeypatch.setattr(
        ranking.batches, "__defaults__", (48 * 7,)
    )  # seven customers of 48 products at a time

    recommender_scoring.recommend(connection, registry)

    pd.testing.assert_frame_equal(table(connection, "recommendations"), whole[0])
    pd.testing.assert_frame_equal(table(connection, "segment_recommendations"), whole[1])


def test_who_withdrew_gets_no_recommendations_from_the_next_scoring_on(
    connection, registry, champion
):
    recommender_scoring.recommend(connection, registry)
    before = table(connection, "recommendations")
    left = "c0003"
    assert left in set(before["customer_id"])

    connection.execute(
        "delete from intermediate.int_customers_learnable where customer_id = ?", [left]
    )
    recommender_scoring.recommend(connection, registry)

    after = set(table(connection, "recommendations")["customer_id"])
    assert after == set(before["customer_id"]) - {left}
