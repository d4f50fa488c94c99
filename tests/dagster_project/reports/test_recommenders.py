import re

import pytest

from dagster_project.recommender.training import train_recommenders
from dagster_project.reports import recommenders
from tests.dagster_project.recommender.test_training import MODELS, RECIPE, VARIANTS, shop


def test_the_page_shows_every_model_its_verdict_and_needs_nothing_from_outside(registry, tmp_path):
    train_recommenders(shop(), registry, seed=7, recipe=RECIPE, models=MODELS, variants=VARIANTS)
    page = recommenders.write(tmp_path / "reports", registry).read_text()

    assert page.count("<h2>") == 1 + len(VARIANTS)
    assert "the best single model, own_habits" in page
    assert re.findall(r"<th>([^<]+)</th>", page)[:4] == [
        "recall at 10", "recall at 5", "recall at 20", "precision at 10",
    ]  # fmt: skip
    assert re.search(r"<td>popular</td>\s*<td>0\.\d{3} \(0\.\d{3} to 0\.\d{3}\)</td>", page)
    assert "margin at 10" in page
    assert page.count("data:image/png;base64,") == 1
    assert '<span class="bad">not promoted</span>: margin_at_10:' in page
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", page)


def test_every_measure_of_ranks_is_there_with_its_interval(registry, tmp_path):
    train_recommenders(shop(), registry, seed=7, recipe=RECIPE, models=MODELS)
    page = recommenders.write(tmp_path / "reports", registry).read_text()

    detailed = page[page.index("<details>") : page.index("</details>")]
    names = re.findall(r"<th>([^<]+)</th>", detailed)
    measures = ("precision", "recall", "map", "ndcg", "hit rate", "mrr")
    assert names == [f"{each} at {places}" for places in (5, 10, 20) for each in measures]
    number = r"[01]\.\d{3}"
    values = re.findall(rf"<td>{number}<br>\({number} to {number}\)</td>", detailed)
    assert len(values) == 3 * len(measures) * (len(MODELS) + 1)


def test_the_mix_that_was_chosen_stands_out_and_the_other_does_not():
    assert "champion_recipe" not in recommenders.recorded({"is_champions_recipe": "False"})
    assert "hybrid" not in recommenders.recorded({"is_champions_recipe": "True"})
    assert {"hybrid", "champion_recipe"} <= recommenders.recorded({})


def test_large_counts_are_written_out_and_groups_have_their_intervals(tmp_path):
    path = tmp_path / "recall_by_knowledge.csv"
    path.write_text(
        "model,cold,cold_low,cold_high,dense\n"
        "customers,12345,12345,12345,6\n"
        "popular,0.03125,0.025,0.04,\n"
    )

    table = recommenders.read_table(path, "by knowledge")

    assert table.columns == ["cold", "dense"]
    assert table.rows == [
        ("customers", ["12,345", "6"]),
        ("popular", ["0.031 (0.025 to 0.040)", ""]),
    ]


def test_a_version_that_was_replaced_by_hand_is_not_called_in_use(registry, tmp_path):
    (result,) = train_recommenders(shop(), registry, seed=7, recipe=RECIPE, models=MODELS)
    first = result.version
    (result,) = train_recommenders(shop(), registry, seed=8, recipe=RECIPE, models=MODELS)
    registry.promote(result.version, "better")
    registry.promote(first, "by hand: it was better")
    page = recommenders.write(tmp_path / "reports", registry).read_text()

    assert '<span class="bad">not in use, though it passed</span>: better' in page
    assert "In use is version 1." in page


def test_the_page_says_what_was_not_trained(registry, tmp_path):
    registry.prepare()
    page = recommenders.write(tmp_path / "reports", registry).read_text()

    assert page.count("Not trained") == 1 + len(VARIANTS)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.01, 0.03, "beats"), (-0.01, 0.01, "as good as"), (-0.03, -0.01, "worse than")],
)
def test_the_verdict_follows_the_interval(low, high, words):
    metrics = {"gain_over_best_single": (low + high) / 2, "gain_over_best_single_low": low,
               "gain_over_best_single_high": high}  # fmt: skip
    told = recommenders.verdict({"best_single": "own_habits"}, metrics)

    assert words in told
    assert "own_habits" in told
    assert recommenders.verdict({}, {}) == ""
