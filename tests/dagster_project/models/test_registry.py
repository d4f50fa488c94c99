import hashlib
from dataclasses import replace
from importlib.metadata import version as package_version

import numpy as np
import pandas as pd
import pytest

from dagster_project.models import files as model_files
from dagster_project.models import registry as registries
from dagster_project.models.catalogue import NAMES
from dagster_project.models.registry import Dataset, Registry, Training
from ml.recommendations.factors import Als
from ml.recommendations.hybrid import HybridModel
from tests.conftest import PROJECT

DATASET = Dataset(
    "features.ftr_interactions", rows=3, sha256="ab" * 32, as_of="2026-03-01T00:00:00"
)


def model_of(value):
    als = Als(factors=1)
    return HybridModel(
        products=pd.Index(["cap", "hat"], dtype=object),
        components={"als": als},
        models={"als": als.restore({"factors": np.full((2, 1), value, dtype=np.float32)}, {})},
        weights={level: {"als": 1.0} for level in ("cold", "sparse", "dense")},
    )


def training(value=1.0, mark="m1"):
    return Training(
        name="recommender",
        model=model_of(value),
        dataset=DATASET,
        parameters={"factors": 1},
        metrics={"map_at_10": 0.25, "undefined": float("nan")},
        fingerprint=mark,
        code_version="abc",
        steps=((2, {"by_k": 0.5}), (3, {"by_k": 0.25})),
        files={"candidates.csv": b"k\n2\n"},
    )


def test_preparing_twice_changes_nothing(registry):
    registry.prepare()
    registry.prepare()

    assert registry.champion("recommender") is None


def test_every_model_says_in_mlflow_what_it_is_for(registry):
    from mlflow import MlflowClient

    client = MlflowClient(registry.tracking_uri, registry.tracking_uri)
    said = {model.name: model.description for model in client.search_registered_models()}
    assert set(said) == set(NAMES)
    assert all(said.values())


def test_there_is_no_champion_before_one_is_promoted(registry):
    registry.log_training(training())

    assert registry.champion("recommender") is None
    assert registry.champion("clusters") is None


def test_the_promoted_version_is_what_is_loaded(registry):
    first = registry.log_training(training(1.0))
    second = registry.log_training(training(2.0, "m2"))
    registry.promote(second, "better")
    registry.keep(first, "worse")

    model, found = registry.champion("recommender")

    assert model.state()[0]["als.factors"].tolist() == [[2.0], [2.0]]
    assert model.components == {"als": Als(factors=1)}
    assert model.products.tolist() == ["cap", "hat"]
    assert (found.number, found.label) == (2, "recommender/2")
    assert found.tags["promoted"] == "better"


def test_a_run_tells_parameters_metrics_data_and_code(registry):
    logged = registry.log_training(training())

    assert logged.metrics == {"map_at_10": 0.25, "by_k": 0.25}
    assert logged.parameters["as_of"] == "2026-03-01T00:00:00"
    assert logged.parameters["rows"] == "3"
    assert logged.tags["dataset_sha256"] == "ab" * 32
    assert logged.tags["code_version"] == "abc"

    from mlflow import MlflowClient

    client = MlflowClient(registry.tracking_uri, registry.tracking_uri)
    run = client.get_run(logged.run_id)
    assert run.info.status == "FINISHED"
    assert run.inputs.dataset_inputs[0].dataset.name == "features.ftr_interactions"
    assert [metric.step for metric in client.get_metric_history(logged.run_id, "by_k")] == [2, 3]
    assert {file.path for file in client.list_artifacts(logged.run_id)} == {
        "model",
        "candidates.csv",
    }
    assert "mlflow.user" not in run.data.tags


def test_a_training_is_found_again_by_its_fingerprint(registry):
    registry.keep(registry.log_training(training(mark="m1")), "worse")
    newest = registry.log_training(training(mark="m1"))
    registry.promote(newest, "better")
    registry.keep(registry.log_training(training(mark="m2")), "worse")

    assert registry.find("recommender", "m1").number == newest.number
    assert registry.find("recommender", "m3") is None
    assert registry.find("clusters", "m1") is None


def test_a_training_that_was_killed_before_its_decision_is_not_found(registry):
    registry.log_training(training(mark="m1"))

    assert registry.find("recommender", "m1") is None


def test_the_same_model_gives_the_same_bytes_without_any_pickle(tmp_path):
    hashes = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        model_files.save(model_of(1.5), folder)
        assert {path.name for path in folder.iterdir()} == {"model.npz", "model.json"}
        files = sorted(folder.iterdir())
        hashes.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])

    assert hashes[0] == hashes[1]


def test_a_model_that_was_read_back_has_the_hash_it_was_kept_with(tmp_path):
    one, components = model_of(1.5), {"svd": Als(factors=1), "als": Als(factors=1)}
    kept = replace(one, components=components, models=dict.fromkeys(components, one.models["als"]))
    model_files.save(kept, tmp_path / "kept")
    model_files.save(model_files.restore("recommender", tmp_path / "kept"), tmp_path / "again")

    hashes = {model_files.hash_of(tmp_path / folder) for folder in ("kept", "again")}
    assert len(hashes) == 1


def test_an_unknown_model_is_an_error(tmp_path):
    model_files.save(model_of(1.5), tmp_path)

    with pytest.raises(ValueError, match="known are clusters, recommender"):
        model_files.restore("other", tmp_path)


def test_the_hash_of_a_frame_ignores_the_order_of_rows_and_nothing_else():
    frame = pd.DataFrame({"customer_id": ["a", "b"], "value": [1.0, 2.0]})
    plain = registries.hash_frame(frame)

    assert registries.hash_frame(frame.iloc[::-1]) == plain
    assert registries.hash_frame(frame.assign(value=[1.0, 2.5])) != plain
    assert registries.hash_frame(frame.rename(columns={"value": "other"})) != plain
    assert registries.hash_frame(frame.iloc[:1]) != plain


def test_the_fingerprint_changes_with_data_parameters_and_code():
    plain = registries.fingerprint("recommender", DATASET, {"a": 1}, "code")

    assert registries.fingerprint("recommender", DATASET, {"a": 1}, "code") == plain
    assert registries.fingerprint("recommender", DATASET, {"a": 2}, "code") != plain
    assert registries.fingerprint("recommender", DATASET, {"a": 1}, "other") != plain
    other = Dataset("features.ftr_interactions", 3, "cd" * 32, DATASET.as_of)
    assert registries.fingerprint("recommender", other, {"a": 1}, "code") != plain


def test_a_changed_training_of_clusters_or_recommenders_is_other_code(tmp_path):
    for module in ("clusters/training.py", "recommender/training.py", "models/training.py"):
        path = tmp_path / "dagster_project" / module
        path.parent.mkdir(parents=True, exist_ok=True)
        before = registries.hash_sources(tmp_path)
        path.write_text("x = 1\n")
        assert registries.hash_sources(tmp_path) != before, module


def test_the_code_version_is_the_commit_where_there_is_one(tmp_path):
    (tmp_path / "ml").mkdir()
    (tmp_path / "ml" / "als.py").write_text("x = 1\n")
    assert registries.code_version(tmp_path).startswith(f"{package_version('tessera')}+")

    git = tmp_path / ".git"
    git.mkdir()
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "packed-refs").write_text("# pack-refs\n1234 refs/heads/main\n")
    assert registries.code_version(tmp_path).startswith("1234+")

    (git / "refs" / "heads").mkdir(parents=True)
    (git / "refs" / "heads" / "main").write_text("5678\n")
    before = registries.code_version(tmp_path)
    assert before.startswith("5678+")

    (tmp_path / "ml" / "als.py").write_text("x = 2\n")
    assert registries.code_version(tmp_path) != before


@pytest.mark.parametrize("pattern", registries.TRAINING_SOURCES)
def test_every_source_that_decides_a_training_is_there(pattern):
    assert list(PROJECT.glob(pattern))


def test_a_new_store_is_made_without_a_word(tmp_path, capfd, prepared_store):
    del prepared_store  # mlflow is imported: what it says then is not of a store
    capfd.readouterr()

    Registry(f"sqlite:///{tmp_path / 'new.db'}", tmp_path.as_uri()).champion("recommender")

    assert capfd.readouterr() == ("", "")
