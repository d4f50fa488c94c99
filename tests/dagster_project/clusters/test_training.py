import json

import numpy as np
import pandas as pd
import pytest

from dagster_project.clusters import settings as cluster_settings
from dagster_project.clusters import sizes, training
from dagster_project.clusters.settings import LabelSettings
from dagster_project.clusters.training import Judged, decide
from dagster_project.models.registry import Registry
from dagster_project.reports import clusters
from ml.clusters.search import Plan
from tests.conftest import PROJECT
from tests.dagster_project.kept import artifacts, artifacts_that_name, rows_that_name

AS_OF = pd.Timestamp("2026-03-31")
SETTINGS = cluster_settings.load(PROJECT / "config" / "clusters.yml")
PLAN = Plan(k_values=(3, 4), finalists=2, followed=1, radius_quantiles=(), least_shares=())


def features(customers=240, seed=1, groups=3):
    """As many groups of customers; each column tells them apart in its own order."""
    chance = np.random.default_rng(seed)
    order = np.random.default_rng(0)  # of every shop the same
    group = np.arange(customers) % groups
    frame = pd.DataFrame(
        {
            column: chance.normal(20 + 15 * order.permutation(groups)[group], 2.0)
            for column in SETTINGS.numbers
        }
    )
    frame["is_known"] = (np.arange(customers) % 4 > 0).astype(float)
    frame.insert(0, "customer_id", [f"c{i:04}" for i in range(customers)])
    frame.insert(1, "as_of", AS_OF)
    return frame


def train(registry, frame=None, plan=PLAN, settings=SETTINGS):
    frame = features() if frame is None else frame
    return training.train_clusters(frame, registry, seed=7, settings=settings, plan=plan)


@pytest.fixture(scope="module")
def trained(prepared_store, tmp_path_factory):
    """Return a registry with one training, and what came of it."""
    import shutil

    folder = tmp_path_factory.mktemp("trained")
    store = shutil.copyfile(prepared_store, folder / "mlflow.db")
    registry = Registry(f"sqlite:///{store}", (folder / "artifacts").as_uri())
    return registry, train(registry)


def test_the_first_grouping_becomes_champion(trained):
    registry, result = trained

    assert (result.outcome, result.version.number) == ("promoted", 1)
    assert "against equal slices; there was no champion" in result.reason
    assert result.metrics["k"] == 3
    assert result.metrics["held_out_silhouette"] > 0.5
    assert {"davies_bouldin", "wcss", "stability", "share_of_0"} <= set(result.version.metrics)
    assert registry.champion_version("clusters").number == 1
    assert set(result.pictures) == {
        "clusters", "neighbourhoods", "profiles", "silhouettes", "sizes",
    }  # fmt: skip


def test_a_run_says_all_there_is_to_know_of_the_grouping(trained):
    registry, result = trained

    files = artifacts(registry, result)

    assert set(files) == {
        "model.npz", "model.json", "MLmodel", "candidates.csv", "clusters.csv", "clusters.png",
        "dropped.csv", "drift_baseline.json", "input_example.json", "model_card.md",
        "neighbourhoods.png", "profiles.png", "signature.json", "silhouettes.png", "sizes.png",
        "surrogate.txt",
    }  # fmt: skip
    card = files["model_card.md"].decode()
    assert "240 customers, 60 of them anonymous" in card
    assert "Ward, DBSCAN and HDBSCAN are fitted on a stratified sample" in card
    assert "anonymous" in files["clusters.csv"].decode().splitlines()[0]
    example = json.loads(files["input_example.json"])
    assert [field["name"] for field in json.loads(files["signature.json"])["inputs"]] == [*example]


def test_mlflow_shows_the_schema_and_the_card_of_a_run(trained, tmp_path):
    from mlflow import MlflowClient
    from mlflow.models import Model

    registry, result = trained
    files = artifacts(registry, result)
    (tmp_path / "MLmodel").write_bytes(files["MLmodel"])

    signature = Model.load(str(tmp_path)).signature
    inputs = [field["name"] for field in json.loads(files["signature.json"])["inputs"]]
    assert signature.inputs.input_names() == inputs
    assert signature.outputs.input_names() == ["cluster", "label", "distance"]
    client = MlflowClient(registry.tracking_uri, registry.tracking_uri)
    run = client.get_run(result.version.run_id)
    assert run.data.tags["mlflow.note.content"] == files["model_card.md"].decode()
    source = run.inputs.dataset_inputs[0].dataset.source
    assert json.loads(source) == {"relation": "features.ftr_customers", "snapshot": ""}


def test_trials_of_the_search_are_child_runs(trained):
    from mlflow import MlflowClient

    registry, result = trained
    client = MlflowClient(registry.tracking_uri, registry.tracking_uri)
    experiment = client.get_experiment_by_name("clusters").experiment_id

    children = client.search_runs(
        [experiment], f"tags.`mlflow.parentRunId` = '{result.version.run_id}'"
    )

    assert len(children) == PLAN.finalists
    assert "chosen" in {run.data.params["verdict"] for run in children}
    assert all("stability" in run.data.metrics for run in children)


def test_a_synthetic_example_can_be_assigned(trained):
    from ml.clusters.model import assign

    registry, result = trained
    example = pd.DataFrame([json.loads(artifacts(registry, result)["input_example.json"])])

    assigned = assign(registry.load(result.version), example.assign(customer_id="nobody"))

    assert assigned["cluster"].tolist()[0] in (0, 1, 2)


def test_training_again_on_the_same_data_changes_nothing(trained):
    registry, first = trained

    again = train(registry, features().sample(frac=1, random_state=1))

    assert (again.outcome, again.version.number) == ("unchanged", 1)
    assert again.pictures == first.pictures


def test_nothing_that_is_kept_names_a_customer(trained):
    registry, result = trained

    assert not artifacts_that_name(artifacts(registry, result), "c0001")
    assert not rows_that_name(registry, "c0001")


def test_the_report_shows_the_choice_and_the_runners_up(trained):
    page = clusters.render(trained[0])

    assert "Version 1 (champion)" in page
    assert '<tr class="chosen">' in page
    assert page.count("less clear, beyond noise") == 1
    assert page.count("data:image/png;base64,") == 5
    assert "http" not in page.replace("http-equiv", "")


def test_a_grouping_no_better_than_the_champion_is_the_challenger_under_the_same_numbers(registry):
    train(registry)
    others = features(seed=2)

    result = train(registry, others)

    assert (result.outcome, result.version.number) == ("kept", 2)
    assert "against the champion" in result.reason
    assert registry.champion_version("clusters").number == 1
    assert registry.aliases_of("clusters") == {1: "champion", 2: "challenger"}
    assert registry.load(result.version).numbers == (0, 1, 2)
    assert "clusters that stayed (likeness): 0 (1.00), 1 (1.00), 2 (1.00)" in (
        artifacts(registry, result)["model_card.md"].decode()
    )


def test_a_grouping_that_parts_unseen_customers_better_replaces_the_champion(registry):
    train(registry)
    five = features(groups=5)

    result = train(registry, five, Plan(k_values=(5,), finalists=1, followed=1))

    assert (result.outcome, result.version.number) == ("promoted", 2)
    assert registry.load(result.version).numbers[-1] >= 3


def test_an_update_follows_customers_who_came_and_keeps_names_and_numbers(registry):
    frame = features()
    first = train(registry, frame)
    later = pd.concat(
        [frame, features(60, seed=5).assign(customer_id=lambda f: "n" + f.index.astype(str))]
    )
    later["as_of"] = AS_OF + pd.Timedelta(days=7)
    later["days_since_last_visit"] = np.where(later["customer_id"].str.startswith("n"), 1.0, 30.0)
    later["recency_days"] = 60.0

    result = training.update_clusters(later, registry, seed=7, settings=SETTINGS)

    model, before = registry.load(result.version), registry.load(first.version)
    assert result.version.parameters["updated_from"] == "1"
    assert result.version.parameters["updated_with"] == "60"
    assert (model.labels, model.numbers) == (before.labels, before.numbers)
    assert model.sizes.sum() == 300
    assert "against the champion" in result.reason
    assert result.pictures["sizes"] == artifacts(registry, result)["sizes.png"]


def test_sizes_are_told_training_by_training_the_oldest_first():
    newest = (22, "2026-03-31T00:00:00", {"share_of_10": 0.25, "share_of_2": 0.75, "k": 2.0})
    before = [(n, "2026-03-30T00:00:00", {"share_of_2": 1.0}) for n in range(21, 0, -1)]

    table = sizes.over_time([newest, *before])

    assert list(table.columns) == ["2", "10"]
    assert len(table) == sizes.MOST_VERSIONS
    assert table.index[0] == "3: 2026-03-30"
    assert table.index[-1] == "22: 2026-03-31"
    assert table.loc["22: 2026-03-31"].tolist() == [0.75, 0.25]


def test_changed_rules_rename_a_champion_that_stays(registry):
    first = train(registry)
    called = [("winners", {"spend": -5.0}), ("others", {"orders": -5.0})]
    rules = [LabelSettings(label=label, at_least=bounds) for label, bounds in called]
    changed = SETTINGS.model_copy(update={"labels": tuple(rules)})

    result = train(registry, settings=changed)

    model, before = registry.load(result.version), registry.load(first.version)
    assert (result.outcome, result.version.number) == ("promoted", 3)
    assert registry.aliases_of("clusters") == {3: "champion", 2: "challenger"}
    assert {"winners", "others"} < set(model.labels)
    assert set(before.labels).isdisjoint({"winners", "others"})
    assert model.numbers == before.numbers
    assert np.array_equal(model.shape.centres, before.shape.centres)
    assert "version 1 under other names: 0: " in result.reason
    assert "winners" in artifacts(registry, result)["clusters.csv"].decode()
    assert train(registry, features(seed=2), settings=changed).outcome == "kept"


def test_there_is_nothing_to_update_before_a_training(registry):
    result = training.update_clusters(features(), registry, seed=7, settings=SETTINGS)

    assert (result.outcome, result.reason) == ("skipped", "there is no champion to update")


@pytest.mark.parametrize("customers", [0, 1, 2])
def test_a_shop_of_few_customers_trains_nothing_and_says_why(registry, customers):
    result = train(registry, features(3).iloc[:customers])

    assert (result.outcome, result.version) == ("skipped", None)
    assert result.reason == f"{customers} customers, 30 needed"


def test_the_same_seed_gives_the_same_files(trained, prepared_store, tmp_path):
    import shutil

    store = shutil.copyfile(prepared_store, tmp_path / "mlflow.db")
    other = Registry(f"sqlite:///{store}", tmp_path.as_uri())

    result = train(other)

    assert artifacts(other, result) == artifacts(*trained)
    assert result.version.tags["model_sha256"] == trained[1].version.tags["model_sha256"]


def test_the_rule_of_promotion():
    better, equal, worse = (0.1, 0.05, 0.15), (0.0, -0.05, 0.05), (-0.1, -0.15, -0.05)

    assert decide(Judged(0.5, better, None), has_champion=False)[0]
    assert decide(Judged(0.5, better, better), has_champion=True)[0]
    assert decide(Judged(0.5, better, None), has_champion=True)[0]
    assert not decide(Judged(0.5, better, equal), has_champion=True)[0]
    assert not decide(Judged(0.5, better, worse), has_champion=True)[0]
    assert not decide(Judged(0.5, equal, None), has_champion=False)[0]
    assert not decide(Judged(0.5, worse, better), has_champion=True)[0]
    assert decide(Judged(None, None, None), has_champion=False)[0]
    assert not decide(Judged(None, None, None), has_champion=True)[0]
