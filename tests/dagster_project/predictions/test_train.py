from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import special

from dagster_project.predictions import targets, train
from dagster_project.predictions.examples import Snapshot
from tests.dagster_project.kept import artifacts

LIVE = pd.Timestamp("2026-03-31 12:00:00").to_pydatetime()
COLUMNS = ("sessions_7_days", "orders")
SNAPSHOT = Snapshot("ab" * 32, 3, LIVE, LIVE - timedelta(days=90), 500)
PURCHASE, _, CHURN = targets.TARGETS


def examples(slope=0.8, count=500, seed=3):
    """Return weekly moments at which more sessions mean an order soon, by ``slope``."""
    chance = np.random.default_rng(seed)
    frames = []
    for moment in targets.moments(LIVE - timedelta(days=90), LIVE):
        sessions = chance.poisson(2, count)
        buys = chance.random(count) < special.expit(slope * sessions - 3)
        at = pd.Timestamp(moment) + pd.to_timedelta(chance.random(count) * 7, unit="D")
        frames.append(
            pd.DataFrame(
                {
                    "customer_id": [f"c{i}" for i in range(count)],
                    "as_of": pd.Timestamp(moment),
                    "sessions_7_days": sessions.astype(float),
                    "orders": chance.poisson(1, count).astype(float),
                    "next_order_at": np.where(buys, at, np.datetime64("NaT")),
                }
            )
        )
    rows = pd.concat(frames, ignore_index=True)
    return rows.assign(has_ordered=rows["orders"] > 0, next_sign_at=rows["next_order_at"])


def trained(registry, frame, columns=COLUMNS, target=PURCHASE, fingerprint="m"):
    return train.train_target(
        target, frame, columns, registry, snapshot=SNAPSHOT, fingerprint=fingerprint, seed=7,
        threads=1,
    )  # fmt: skip


def test_a_model_that_beats_the_prevalence_becomes_champion_and_leaves_its_evidence(registry):
    result = trained(registry, examples())

    assert (result.outcome, result.version.number) == ("promoted", 1)
    assert registry.champion_version("purchase_7d").number == 1
    assert result.metrics["held_out_auc"] > 0.6
    kept = artifacts(registry, result)
    assert {"calibration.png", "deciles.csv", "importance.csv", "dependence.csv", "trials.csv",
            "signature.json", "input_example.json", "model_card.md"} <= set(kept)  # fmt: skip
    assert b"beats the prevalence" in kept["model_card.md"]
    assert not any(name.endswith((".pkl", ".pickle", ".joblib")) for name in kept)


def test_no_file_of_a_model_names_a_customer(registry):
    kept = artifacts(registry, trained(registry, examples()))

    names = [f"c{i}".encode() for i in (123, 321, 499)]
    assert not [name for name, content in kept.items() if any(who in content for who in names)
                and name.endswith((".csv", ".json", ".md"))]  # fmt: skip


def test_a_model_of_noise_is_kept_but_not_promoted_and_says_why(registry):
    result = trained(registry, examples(slope=0.0))

    assert result.outcome == "kept"
    assert "does not beat the prevalence" in result.reason
    assert registry.champion("purchase_7d") is None
    (version,) = registry._client().search_model_versions("name = 'purchase_7d'")
    assert "does not beat" in version.tags["not_promoted"]


def test_a_worse_training_leaves_the_champion(registry):
    trained(registry, examples())
    trained(registry, examples(slope=0.0), fingerprint="m2")

    assert registry.champion_version("purchase_7d").number == 1


def test_a_feature_planted_from_the_future_stops_the_training(registry):
    frame = examples()
    frame["days_to_order"] = (frame["next_order_at"] - frame["as_of"]).dt.days.astype(float)
    result = trained(registry, frame, (*COLUMNS, "days_to_order"))

    assert result.outcome == "skipped"
    assert "leak suspected: days_to_order (AUC 1.000)" in result.reason
    assert registry.champion("purchase_7d") is None


def test_the_same_examples_give_the_same_bytes(registry):
    first, second = (trained(registry, examples(), fingerprint=mark) for mark in ("a", "b"))
    kept = [artifacts(registry, result) for result in (first, second)]

    assert first.version.number != second.version.number
    for name in ("model.npz", "model.json", "deciles.csv", "importance.csv"):
        assert kept[0][name] == kept[1][name], name


def test_few_customers_give_no_model_but_a_reason(registry):
    result = trained(registry, examples(count=3))

    assert result.outcome == "skipped"
    assert "needed" in result.reason


def test_churn_is_asked_of_buyers_and_told_by_orders_and_visits():
    frame = examples(count=50)
    horizon = pd.Timedelta(CHURN.horizon)
    visited = frame.index[::5]
    frame.loc[visited, "next_sign_at"] = frame.loc[visited, "as_of"] + pd.Timedelta(days=20)
    rows = CHURN.labels(frame, horizon)

    assert rows["has_ordered"].all()
    assert not rows.loc[rows.index.intersection(visited), "label"].any()
    gone = rows[rows["next_sign_at"].isna()]
    assert gone["label"].all()


@pytest.mark.parametrize(("days", "count"), [(5, 0), (21, 1), (35, 3), (400, 10)])
def test_moments_are_weeks_before_the_live_one_with_some_history(days, count):
    found = targets.moments(LIVE - timedelta(days=days), LIVE)

    assert len(found) == count
    assert found == sorted(found)
    assert all((LIVE - moment).days % 7 == 0 for moment in found)
    assert all(moment < LIVE for moment in found)
