"""Predictions of a whole shop: from past moments to scores, with nothing from the future."""

import json
import re
import subprocess
import sys
from datetime import timedelta

import pytest

from dagster_project import homes
from dagster_project.models.registry import Registry
from dagster_project.predictions import examples, guard, train
from dagster_project.scratch import evaluation
from tests.conftest import PROJECT, settings_of
from tests.e2e.servers import table, tessera

CHAMPIONS = """
import sys
unpickled = []
sys.addaudithook(lambda event, of: event.startswith("pickle") and unpickled.append(of))
from dagster_project import homes, settings
from dagster_project.models.catalogue import NAMES
registry = homes.registry(settings.load())
for name in sorted(NAMES):
    found = registry.champion(name)
    if found is not None:
        print(found[1].label, *sorted({"sklearn", "joblib", "skops"} & set(sys.modules)))
print("unpickled", *unpickled)
"""


@pytest.fixture(scope="module")
def scratch(refreshed):
    with evaluation.opened(settings_of(refreshed), "a test") as opened:
        yield opened


def test_customers_have_scores_between_0_and_1_and_the_versions_that_gave_them(refreshed):
    rows = table(
        refreshed,
        "select split_part(score, ':', 1) as name, min(value) as low, max(value) as high, "
        "count(distinct customer_id) as customers, min(model_version) as version "
        "from ml.customer_scores group by 1",
    )
    found = {row["name"]: row for row in rows}
    (buyers,) = table(
        refreshed,
        "select count(*) as count from features.ftr_customers where orders > 0 and customer_id "
        "not in (select customer_id from marts.dim_consent_status where not is_granted "
        "and purpose in ('analytics', 'personalisation'))",
    )

    assert found["churn"]["customers"] == found["expected_orders"]["customers"] == buyers["count"]
    assert 0 < found["churn"]["low"] < found["churn"]["high"] < 1
    assert found["lifetime_value"]["high"] > found["lifetime_value"]["low"] >= 0
    assert found["churn"]["version"] == "churn/1"


def test_explain_shows_the_strongest_contributions(refreshed):
    (row,) = table(
        refreshed,
        "select customer_id, value from ml.customer_scores where score = 'churn' "
        "order by value desc limit 1",
    )
    told = json.loads(tessera(refreshed, "explain", row["customer_id"], "--format", "json").stdout)

    (score,) = [found for found in told["scores"] if found["score"] == "churn"]
    assert score["value"] == row["value"]
    assert len(score["contributions"]) == 5
    assert all(part["feature"] for part in score["contributions"])
    (worth,) = [found for found in told["scores"] if found["score"] == "lifetime_value"]
    assert {part["feature"] for part in worth["contributions"]} == {
        "orders_if_active", "chance_active", "order_value"
    }  # fmt: skip
    assert "strongest contributions" in tessera(refreshed, "explain", row["customer_id"]).stdout


def test_no_feature_knows_the_future(scratch):
    numeric = examples.columns(scratch.connection, "live")
    moment = scratch.live_as_of - timedelta(days=14)

    assert len(numeric) > 80
    assert guard.know_the_future(scratch, moment, numeric) == []


def test_a_feature_planted_from_the_future_is_found(scratch):
    model = scratch.project.models[examples.CUSTOMERS]
    scratch.compile([model])
    honest = scratch.compiled[model.unique_id]
    scratch.compiled[model.unique_id] = (
        "select features.*, (select count(*) from marts.fct_orders as orders "
        "where orders.customer_id = features.customer_id "
        f"and orders.ordered_at > features.as_of) as orders_to_come from ({honest}) as features"
    )
    moment = scratch.live_as_of - timedelta(days=14)
    found = guard.know_the_future(scratch, moment, ["orders", "orders_to_come"])
    scratch.compiled[model.unique_id] = honest

    assert found == ["orders_to_come"]


def test_the_report_stands_on_its_own(refreshed):
    page = (refreshed / "reports" / "predictions.html").read_text()

    assert page.count("data:image/png;base64,") >= 4
    assert "log loss" in page
    assert "BG/NBD" in page
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", page)


def test_training_on_unchanged_data_is_not_repeated(refreshed, scratch):
    settings = settings_of(refreshed)
    names = ["churn", "lifetimes"]
    results = train.train(
        scratch, homes.registry(settings), names=names, seed=settings.seed, threads=1,
        tell=lambda _: None,
    )  # fmt: skip

    assert [result.outcome for result in results] == ["unchanged", "unchanged"]


def test_training_anew_gives_the_same_model(refreshed, scratch, tmp_path):
    settings = settings_of(refreshed)
    store = Registry(f"sqlite:///{tmp_path / 'mlflow.db'}", (tmp_path / "artifacts").as_uri())
    (result,) = train.train(
        scratch, store, names=["churn"], seed=settings.seed, threads=1, tell=lambda _: None
    )

    theirs = homes.registry(settings).load(result.version)
    again, first = store.load(result.version).state(), theirs.state()
    assert again[1] == first[1]
    assert all((again[0][name] == first[0][name]).all() for name in first[0])


def test_every_champion_loads_in_a_fresh_process_without_unpickling_anything(refreshed):
    environment = settings_of(refreshed).subprocess_environment()
    *loaded, unpickled = subprocess.run(
        [sys.executable, "-c", CHAMPIONS], cwd=PROJECT, env=environment, capture_output=True,
        text=True, check=True,
    ).stdout.splitlines()  # fmt: skip

    assert unpickled == "unpickled"
    assert "churn/1" in loaded  # and nothing after it: no scikit-learn is needed for it
    assert {line.split("/")[0] for line in loaded} >= {"clusters", "recommender", "churn"}
