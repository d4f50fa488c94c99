import numpy as np
import pandas as pd
import pytest
from scipy import special

from ml.predictions import selection
from ml.predictions.selection import PREVALENCE, Plan, select

COLUMNS = ("visits", "spent", "noise")
WEEK = pd.Timedelta(days=7)
PLAN = Plan(horizon=WEEK)


def weeks(chances, moments=7, count=700, seed=3):
    """The same shop at weekly moments; ``chances`` makes log-odds of visits and spending."""
    chance = np.random.default_rng(seed)
    frames = []
    for week in range(moments):
        visits, spent = chance.poisson(3, count).astype(float), chance.normal(size=count)
        likely = special.expit(chances(visits, spent))
        frames.append(
            pd.DataFrame(
                {
                    "customer_id": [f"c{i}" for i in range(count)],
                    "as_of": pd.Timestamp("2026-01-01") + week * WEEK,
                    "visits": visits,
                    "spent": spent,
                    "noise": chance.normal(size=count),
                    "label": chance.random(count) < likely,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def straight(visits, spent):
    return -3 + 0.6 * visits + 0.5 * spent


def crossed(visits, spent):
    """Visits count for those who spend and against those who do not: no line tells them."""
    return 2.5 * np.sign(spent) * (visits - 3)


def test_where_a_line_is_the_truth_the_logistic_regression_is_taken():
    found = select(weeks(straight), COLUMNS, PLAN, random_state=1)

    assert (found.kind, found.passes) == ("logistic", True)
    assert found.trials["logistic"].quality.auc > 0.7
    assert "beats the prevalence" in found.reason


def test_where_no_line_is_the_truth_trees_beat_the_baseline():
    found = select(weeks(crossed), COLUMNS, PLAN, random_state=1)

    assert found.kind in ("forest", "boosting")
    assert found.passes
    assert found.trials[found.kind].gains["logistic"].is_beyond_noise
    assert found.trials[found.kind].quality.calibration_error < 0.06


def test_a_model_of_noise_does_not_pass_and_says_so():
    found = select(weeks(lambda visits, _: 0 * visits - 1), COLUMNS, PLAN, random_state=1)

    assert not found.passes
    assert "does not beat the prevalence" in found.reason


def test_settings_are_searched_where_labels_suffice_and_are_those_of_the_model():
    plan = Plan(horizon=WEEK, trials=3, searched_rows=500)
    found = select(weeks(crossed, count=300), COLUMNS, plan, random_state=1)

    assert [len(tried) for tried in found.searched.values()] == [3, 3, 3]
    losses = [tried.loss for tried in found.searched[found.kind]]
    assert found.settings == found.searched[found.kind][losses.index(min(losses))].settings
    few = select(weeks(crossed, count=300), COLUMNS, Plan(WEEK, fewest_searched=9_999),
                 random_state=1)  # fmt: skip
    assert (dict(few.searched), dict(few.settings)) == ({}, {})


def test_nothing_is_learnt_from_labels_that_were_not_known_yet(monkeypatch):
    seen = []
    fit = selection.fitting.fit

    def watched(kind, features, *arguments, **options):
        seen.append((features["as_of"].max(), len(features)))
        return fit(kind, features, *arguments, **options)

    monkeypatch.setattr(selection.fitting, "fit", watched)
    rows = weeks(straight)
    select(rows, COLUMNS, Plan(horizon=2 * WEEK), random_state=1)

    last = rows["as_of"].max()
    latest = [moment for moment, _ in seen]
    # two folds: the newest moments whose labels were known by the last are 2 and 3 weeks before it
    folds = {last - 4 * WEEK, last - 5 * WEEK}
    assert set(latest) == folds | {last - 2 * WEEK, last}
    assert latest.count(last) == 1  # only the model that is kept


def test_rows_of_the_held_out_moment_change_no_judged_model():
    rows = weeks(straight)
    spoilt = rows.copy()
    spoilt.loc[spoilt["as_of"] == spoilt["as_of"].max(), "visits"] *= 100
    models = [select(part, COLUMNS, PLAN, random_state=1).judged for part in (rows, spoilt)]

    assert np.array_equal(models[0].scores(rows), models[1].scores(rows))


@pytest.mark.parametrize(("moments", "count"), [(1, 700), (7, 3), (2, 30)])
def test_too_little_to_learn_from_gives_no_model_but_the_reason(moments, count):
    found = select(weeks(straight, moments, count), COLUMNS, PLAN, random_state=1)

    assert found.model is None
    assert "needed" in found.reason


def test_two_moments_are_enough_though_nothing_can_be_validated():
    found = select(weeks(straight, moments=2), COLUMNS, PLAN, random_state=1)

    assert (found.kind, found.passes) == ("logistic", True)


def trial(**gains):
    made = {
        name: selection.evaluation.Gain(value, value - 0.1, value + 0.1)
        for name, value in gains.items()
    }
    return selection.Trial(None, made, 0.0, "none")


@pytest.mark.parametrize(
    ("of_boosting", "of_forest", "chosen"),
    [
        ({"forest": 0.2, "logistic": 0.3}, {"logistic": 0.2}, "boosting"),
        ({"forest": 0.05, "logistic": 0.3}, {"logistic": 0.2}, "forest"),  # within noise of it
        ({"forest": 0.2, "logistic": 0.05}, {"logistic": 0.05}, "forest"),  # no worse than it
        ({"forest": 0.2, "logistic": 0.05}, {"logistic": -0.2}, "logistic"),
    ],
)
def test_whatever_takes_the_place_of_another_kind_is_better_beyond_noise(
    of_boosting, of_forest, chosen
):
    trials = {
        "boosting": trial(**of_boosting),
        "forest": trial(**of_forest),
        "logistic": trial(**{PREVALENCE: 1.0}),
    }
    assert selection.choose(trials, "boosting", "forest") == chosen


def test_a_kind_in_use_is_not_replaced_by_a_baseline_that_does_not_beat_it():
    trials = {
        "boosting": trial(),
        "forest": trial(**{PREVALENCE: 1.0, "logistic": 0.05}),
        "logistic": trial(**{PREVALENCE: 1.0, "forest": -0.05}),
    }

    assert selection.choose(trials, "forest", "forest") == "forest"
    assert selection.choose(trials, "logistic", "forest") == "forest"
    assert selection.choose(trials, "forest", None) == "logistic"


def test_the_same_rows_and_seed_give_the_same_model():
    first, second = (select(weeks(crossed), COLUMNS, PLAN, random_state=1) for _ in range(2))
    arrays, parameters = first.model.state()
    assert parameters == second.model.state()[1]
    assert all(np.array_equal(arrays[name], second.model.state()[0][name]) for name in arrays)
