import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from typer.testing import CliRunner

from dagster_project import homes
from dagster_project.cli import app
from dagster_project.models.registry import Dataset, Training
from edge import ledger
from tests.ml.clusters.shops import model_of, shop

DATASET = Dataset("features.ftr_customers", 300, "ab" * 32, "2026-03-31T00:00:00", "cd" * 32)


@pytest.fixture
def settings(home_of_models):
    """Return the settings of a home with two versions of the clusters, the first in use."""
    registry = homes.registry(home_of_models)
    registry.promote(log(registry, 1), "there was no champion")
    registry.keep(log(registry, 2), "no better beyond noise")
    return home_of_models


def log(registry, seed):
    model = model_of(shop(seed=seed)[0])
    metrics = {"held_out_silhouette": 0.4}
    return registry.log_training(
        Training("clusters", model, DATASET, {"rows": 300}, metrics, f"m{seed}", "code")
    )


def run(*arguments):
    result = CliRunner().invoke(app, ["models", *arguments, "--format", "json"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return json.loads(result.stdout)


def told(settings):
    lines = [
        json.loads(line)
        for path in ledger.files(settings.landing)
        for line in path.read_text().splitlines()
    ]
    assert {line["kind"] for line in lines} == {"model"}
    return [(line["payload"]["decision"], line["payload"]["number"]) for line in lines]


def test_every_version_is_listed_with_its_role_and_why(settings):
    rows = run("list")

    assert [(row["version"], row["alias"]) for row in rows] == [(2, "challenger"), (1, "champion")]
    assert rows[0]["decision"] == "not promoted: no better beyond noise"
    assert rows[1]["trained_on"] == 300


def test_a_version_says_what_it_was_made_of(settings):
    facts = run("show", "clusters")

    assert (facts["version"], facts["alias"]) == (1, "champion")
    assert (facts["dataset_sha256"], facts["snapshot"]) == ("ab" * 32, "cd" * 32)
    assert len(facts["model_sha256"]) == 64
    assert facts["metrics"] == {"held_out_silhouette": 0.4}
    assert run("show", "clusters", "2")["alias"] == "challenger"


def test_a_version_that_did_not_pass_is_promoted_only_for_a_reason_and_rolled_back(settings):
    with pytest.raises(ValueError, match="clusters/2 did not pass: no better beyond noise"):
        run("promote", "clusters", "2")

    assert run("promote", "clusters", "2", "--override", "a new shop")["champion"] == 2
    assert run("list")[0]["decision"] == "promoted: by hand: a new shop"
    assert homes.registry(settings).aliases_of("clusters") == {2: "champion"}

    assert run("rollback", "clusters", "--reason", "it was worse")["champion"] == 1
    assert run("list")[0]["decision"] == "not promoted: it was worse"
    with pytest.raises(LookupError, match="clusters has had no other champion"):
        run("rollback", "clusters")
    assert told(settings) == [("promoted", 1), ("kept", 2), ("promoted", 2), ("rolled back", 1)]


def test_an_older_version_replaces_a_champion_that_passed_after_it_only_for_a_reason(settings):
    registry = homes.registry(settings)
    registry.promote(log(registry, 3), "better than version 1")

    with pytest.raises(ValueError, match="clusters/1 passed before clusters/3, which is in use"):
        run("promote", "clusters", "1")
    assert run("promote", "clusters", "1", "--override", "its names are known")["champion"] == 1

    page = (settings.reports / "clusters.html").read_text()
    assert "<h2>Version 1 (champion)</h2>" in page
    assert run("promote", "clusters", "3")["champion"] == 3
    assert run("list")[0]["decision"] == "promoted: by hand: better than version 1"


def test_promoting_the_champion_decides_nothing_anew(settings):
    assert run("promote", "clusters", "1", "--override", "again")["champion"] == 1
    assert run("list")[1]["decision"] == "promoted: there was no champion"
    assert told(settings) == [("promoted", 1), ("kept", 2)]


def test_there_is_nothing_to_roll_back_to_before_a_second_champion(settings):
    with pytest.raises(LookupError, match="clusters has had no other champion"):
        run("rollback", "clusters")


def test_names_and_numbers_that_are_not_there_are_said(settings):
    with pytest.raises(LookupError, match="no model is called 'cluster'; there are clusters"):
        run("show", "cluster")
    with pytest.raises(LookupError, match="clusters has no version 9"):
        run("show", "clusters", "9")
    with pytest.raises(LookupError, match="recommender was never trained"):
        run("show", "recommender")


FRESH = """
import pickle
class Refused(pickle.Unpickler):
    def __init__(self, *a, **k):
        raise SystemExit("something was unpickled")

def refuse(*a, **k):
    raise SystemExit("something was unpickled")

from dagster_project import homes
from dagster_project import settings as environment
registry = homes.registry(environment.load())
import mlflow, ml.clusters.model, ml.recommendations.hybrid, sklearn.cluster
version = registry.champion_version("clusters")
pickle.load = pickle.loads = refuse
pickle.Unpickler = Refused
model = registry.load(version)
print(len(model.shape))
"""


def test_a_champion_is_loaded_in_a_fresh_process_without_unpickling_anything(settings):
    answer = subprocess.run(
        [sys.executable, "-c", FRESH], capture_output=True, text=True, check=False
    )

    assert (answer.returncode, answer.stdout.strip()) == (0, "3"), answer.stderr


def test_a_model_holding_a_pickle_is_refused(settings):
    from mlflow import MlflowClient

    registry = homes.registry(settings)
    version = registry.champion_version("clusters")
    client = MlflowClient(settings.tracking_uri, settings.tracking_uri)
    path = Path(urlsplit(client.get_run(version.run_id).info.artifact_uri).path) / "model/model.npz"
    with np.load(path) as stored:
        arrays = dict(stored)
    np.savez(path, allow_pickle=True, **{**arrays, "sizes": np.array([{"a": 1}], dtype=object)})

    with pytest.raises(ValueError, match="allow_pickle=False"):
        registry.load(version)


def test_a_home_without_models_says_what_to_do(home_of_models):
    del home_of_models  # empty: no fixture has logged anything
    result = CliRunner().invoke(app, ["models", "list"])
    assert result.stdout == "no model was trained yet: tessera run train_models\n"
