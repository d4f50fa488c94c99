import pandas as pd
import pytest

from dagster_project import homes
from dagster_project import settings as environment
from dagster_project.clusters import card, drift
from dagster_project.models import run_files
from dagster_project.models.registry import Dataset, Training
from tests.ml.clusters.shops import model_of, shop

TRAINED_AT, NOW = pd.Timestamp("2026-03-31"), pd.Timestamp("2026-04-07")


@pytest.fixture
def settings(home_of_models):
    """Return the settings of a home whose champion learnt from one shop."""
    registry = homes.registry(home_of_models)
    frame, _ = shop()
    model = model_of(frame)
    baseline = run_files.as_json(card.baseline_of(model, frame, 1))
    dataset = Dataset("features.ftr_customers", 300, "00", TRAINED_AT.isoformat())
    version = registry.log_training(
        Training(
            "clusters", model, dataset, {}, {}, "mark", "code",
            files={card.BASELINE: baseline},
        )
    )  # fmt: skip
    registry.promote(version, "for the test")
    return home_of_models


def publish(settings, frame, as_of):
    """Publish features as a generation of its own."""
    import duckdb

    generation = f"{as_of:%Y%m%dT%H%M%S}000000Z-00000000"
    folder = settings.published / generation
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create schema features")
        connection.register("given", frame.assign(as_of=as_of))
        connection.execute("create table features.ftr_customers as from given")
    (folder / "manifest.json").write_text("{}")
    (settings.published / "LATEST").write_text(f"{generation}\n")


def test_before_anything_is_published_there_is_nothing_to_look_at(settings):
    assert drift.since(settings, None).reason == "nothing is published"


def test_customers_like_those_learnt_from_ask_for_nothing(settings):
    publish(settings, shop(seed=8)[0], NOW)

    seen = drift.since(settings, None)

    assert (seen.alarms, seen.reason) == ((), "customers are as the clusters learnt them")


def test_the_customers_learnt_from_are_not_compared_with_themselves(settings):
    publish(settings, shop()[0], TRAINED_AT)

    seen = drift.since(settings, None)

    assert seen.reason == "these are the customers the clusters learnt from"


def test_drift_asks_once_for_each_moment(settings):
    moved = shop()[0].assign(age=lambda frame: frame["age"] + 40)
    publish(settings, moved, NOW)

    first = drift.since(settings, None)
    again = drift.since(settings, first.cursor)

    assert any(alarm.startswith("age shifted") for alarm in first.alarms)
    assert (again.alarms, again.reason) == ((), "these customers were looked at already")
    publish(settings, moved, NOW + pd.Timedelta(days=1))
    later = drift.since(settings, first.cursor)
    assert later.alarms == first.alarms
    assert later.request_key != first.request_key


def test_without_a_champion_nobody_could_have_moved(tmp_path, monkeypatch):
    monkeypatch.setenv("TESSERA_HOME", str(tmp_path))
    settings = environment.load()

    assert drift.since(settings, None).reason.startswith("there is no champion")
