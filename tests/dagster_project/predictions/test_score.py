import json

import duckdb
import numpy as np
import pandas as pd
import pytest

from dagster_project.models import scoring
from dagster_project.models.registry import Dataset, Training
from dagster_project.predictions import examples, targets
from dagster_project.predictions.score import champions, mark, note, noted, score_customers
from ml.lifetimes.bg_nbd import BgNbd
from ml.lifetimes.value import LifetimeModel
from ml.predictions import fitting

AS_OF = pd.Timestamp("2026-03-31 12:00:00")
COLUMNS = ("orders", "sessions_7_days", "open_cart_value")


def customers(count=200, seed=1):
    chance = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:03}" for i in range(count)],
            "as_of": AS_OF,
            "orders": np.arange(count) % 3,
            "sessions_7_days": chance.poisson(2, count),
            "open_cart_value": np.where(np.arange(count) % 5, chance.random(count) * 90, np.nan),
            "favourite_category": "tea",
        }
    )


@pytest.fixture
def warehouse(tmp_path):
    """Return a warehouse with what scoring reads: 200 customers, two thirds of them buyers."""
    features = customers()
    interests = features[["customer_id", "as_of"]].merge(
        pd.DataFrame({"level": ["category", "category", "brand"], "name": ["tea", "cups", "tea"]}),
        how="cross",
    )
    for name in ("product_views", "product_views_30_days", "purchases", "purchases_30_days"):
        interests[name] = 1
    interests[["weight", "affinity_share"]] = 0.5
    bought = features[features["orders"] > 0][["customer_id"]].assign(
        ordered_at=AS_OF - pd.Timedelta(days=20), revenue=30.0
    )
    earlier = features.assign(as_of=AS_OF - pd.Timedelta(days=7), orders=99)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        for name, rows in {
            "features": features, "earlier": earlier, "interests": interests, "bought": bought
        }.items():  # fmt: skip
            connection.register(name, rows)
        for text in (
            "create schema features; create schema marts; create schema raw",
            "create schema intermediate",
            "create table features.ftr_customers as from features union all from earlier",
            "create table features.ftr_affinities as from interests",
            "create table marts.fct_orders as from bought",
            "create table marts.dim_customers as select customer_id, as_of as first_seen_at "
            "from features",
            "create table intermediate.int_moments_evaluated as select max(as_of) as as_of "
            "from features",
            "create table intermediate.int_customers_learnable as select customer_id from features",
            "create table raw.loaded_files as select 'shop' as source, 'ab' as sha256",
        ):
            connection.execute(text)
        scoring.create_tables(connection)
        yield connection


def model_of(target, numeric, seed=2):
    columns = examples.columns_of(target, numeric)
    frame = customers(400, seed)
    chance = np.random.default_rng(seed)
    for column in columns:
        if column not in frame:
            frame[column] = chance.random(len(frame))
    labels = frame["sessions_7_days"].to_numpy() + chance.normal(size=len(frame)) > 2
    return fitting.fit("boosting", frame, labels, columns, random_state=1)


def promote_all(registry, numeric=COLUMNS):
    models = {target.name: model_of(target, numeric) for target in targets.TARGETS}
    models[targets.LIFETIMES] = LifetimeModel(BgNbd(0.8, 30.0, 1.0, 3.0), None, 30.0)
    for name, model in models.items():
        version = registry.log_training(
            Training(name, model, Dataset("t", 1, "00", "2026-03-31"), {}, {}, "mark", "code")
        )
        registry.promote(version, "for the test")
    return models


def scored(connection, registry):
    rows = scoring.write(connection, score_customers(connection, registry, champions(registry)))
    found = connection.table("ml.customer_scores").df()
    assert rows == len(found)
    return found


def test_every_champion_scores_whom_it_is_asked_of(warehouse, registry):
    promote_all(registry)
    found = scored(warehouse, registry)

    buyers = int((customers()["orders"] > 0).sum())
    assert found.groupby("score").size().to_dict() == {
        "purchase_7d": 200,
        "category_purchase_7d:cups": 200,
        "category_purchase_7d:tea": 200,
        "churn": buyers,
        "expected_orders": buyers,
        "lifetime_value": buyers,
    }
    assert not found.duplicated(["customer_id", "score"]).any()
    versions = found.groupby(found["score"].str.split(":").str[0])["model_version"].unique()
    assert versions["churn"].tolist() == ["churn/1"]
    assert versions["lifetime_value"].tolist() == ["lifetimes/1"]


def test_a_score_is_the_models_probability_at_the_newest_moment(warehouse, registry):
    model = promote_all(registry)["purchase_7d"]
    found = scored(warehouse, registry)

    own = found[found["score"] == "purchase_7d"].set_index("customer_id")["value"]
    frame = customers().set_index("customer_id", drop=False)
    wanted = pd.Series(model.probabilities(frame), index=frame.index)
    assert own.sort_index().to_numpy() == pytest.approx(wanted.sort_index().to_numpy())


def test_the_contributions_kept_are_the_strongest_in_order(warehouse, registry):
    model = promote_all(registry)["purchase_7d"]
    found = scored(warehouse, registry)

    matrix = model.reasons(customers()).matrix
    rows = found[found["score"] == "purchase_7d"].set_index("customer_id")
    for place, customer in enumerate(customers()["customer_id"]):
        parts = json.loads(rows.loc[customer, "contributions"])
        sizes = [abs(part["contribution"]) for part in parts]
        assert sizes == sorted(sizes, reverse=True)
        for part in parts:
            wanted = matrix[place, model.columns.index(part["feature"])]
            assert part["contribution"] == pytest.approx(wanted, abs=1e-6)
            is_unknown = part["feature"] == "open_cart_value" and place % 5 == 0
            assert (part["value"] is None) == is_unknown


def test_expected_orders_and_lifetime_value_tell_their_reasons(warehouse, registry):
    promote_all(registry)
    found = scored(warehouse, registry).set_index("score")["contributions"]

    for score, parts in {"expected_orders": 2, "lifetime_value": 3}.items():
        for told in found.loc[score].map(json.loads):
            assert len(told) == parts
            sizes = [abs(part["contribution"]) for part in told]
            assert sizes == sorted(sizes, reverse=True)


def test_scoring_again_gives_the_same_rows(warehouse, registry):
    promote_all(registry)
    keys = ["customer_id", "score"]
    first, second = (
        scored(warehouse, registry).sort_values(keys, ignore_index=True) for _ in range(2)
    )

    pd.testing.assert_frame_equal(first, second)


def test_the_mark_stays_until_champions_customers_or_the_table_change(warehouse, registry):
    promote_all(registry)
    first = mark(warehouse, champions(registry))
    scored(warehouse, registry)
    note(warehouse, first)

    assert noted(warehouse) == first
    assert mark(warehouse, champions(registry)) == first
    promote_all(registry)  # version 2 of each
    assert mark(warehouse, champions(registry)) != first
    warehouse.execute("delete from marts.dim_customers where customer_id = 'c007'")
    assert mark(warehouse, {}) != first
    scored(warehouse, registry)
    assert noted(warehouse) is None  # whatever was written since says nothing of itself


def test_without_customers_there_are_no_scores_and_no_error(warehouse, registry):
    promote_all(registry)
    for table in ("features.ftr_customers", "features.ftr_affinities", "marts.fct_orders"):
        warehouse.execute(f"delete from {table}")

    assert scored(warehouse, registry).empty


def test_a_feature_that_is_no_more_is_named(warehouse, registry):
    promote_all(registry)
    warehouse.execute("alter table features.ftr_customers drop column sessions_7_days")

    with pytest.raises(ValueError, match=r"lacks the column\(s\) sessions_7_days"):
        scored(warehouse, registry)
