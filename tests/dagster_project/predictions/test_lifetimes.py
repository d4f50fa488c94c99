import json

import pandas as pd
import pytest

from dagster_project.predictions import lifetimes
from ml.lifetimes import value
from tests.dagster_project.kept import artifacts
from tests.dagster_project.predictions.test_train import SNAPSHOT
from tests.ml.lifetimes.test_judging import periods

HELD_BACK = 0.4


@pytest.fixture(scope="module")
def histories():
    """Return customers now, and at two cuts after which they ordered less than before."""
    before, earlier = periods(after=HELD_BACK, before=HELD_BACK)
    return before, before, earlier


def trained(registry, histories, fingerprint="m"):
    given = [frame.assign(customer_id=[f"c{i}" for i in range(len(frame))]) for frame in histories]
    return lifetimes.train_on(*given, registry, snapshot=SNAPSHOT, fingerprint=fingerprint, seed=7)


def test_what_passes_becomes_champion_with_its_level_card_signature_and_example(
    registry, histories
):
    result = trained(registry, histories)

    assert result.outcome == "promoted"
    model, version = registry.champion("lifetimes")
    assert model.level == pytest.approx(result.metrics["level"])
    assert (model.level_days, version.parameters["kind"]) == (30, "bg_nbd_levelled")
    kept = artifacts(registry, result)
    assert {"model_card.md", "signature.json", "input_example.json", "foretold.csv",
            "foretold.png"} <= set(kept)  # fmt: skip
    assert b"times the orders there were" in kept["model_card.md"]
    names = [column["name"] for column in json.loads(kept["signature.json"])["inputs"]]
    assert names == list(value.COLUMNS)
    assert not any(b"c1234" in content for content in kept.values())
    example = pd.DataFrame([json.loads(kept["input_example.json"])])
    assert model.expected_orders(example, 30)[0] > 0


def test_every_way_that_was_tried_is_a_run_below_the_training(registry, histories):
    result = trained(registry, histories)
    client = registry._client()
    runs = client.search_runs(
        [client.get_experiment_by_name("lifetimes").experiment_id],
        f"tags.mlflow.parentRunId = '{result.version.run_id}'",
    )

    assert {run.data.params["kind"] for run in runs} == {
        "bg_nbd", "bg_nbd_levelled", "average_rate", "recent_orders"
    }  # fmt: skip


def test_what_foretells_far_too_much_is_not_promoted_and_says_so(registry):
    before, earlier = periods(after=0.15)
    result = trained(registry, (before, before, earlier))

    assert result.outcome == "kept"
    assert registry.champion("lifetimes") is None
    (version,) = registry.versions("lifetimes")
    assert "not 0.67 to 1.50 as asked" in version.tags["not_promoted"]


def test_the_same_histories_give_the_same_model(registry, histories):
    first, second = (trained(registry, histories, mark) for mark in ("a", "b"))

    assert first.version.number != second.version.number
    assert first.version.tags["model_sha256"] == second.version.tags["model_sha256"]


def test_nobody_who_bought_again_gives_no_model_but_a_reason(registry, histories):
    result = trained(registry, [frame.assign(repeats=0.0, last_days=0.0) for frame in histories])

    assert result.outcome == "skipped"
    assert "0 customers bought again, 30 needed" in result.reason
