import numpy as np
import pytest
from scipy import sparse

from ml.recommendations import folds, knowledge, metrics
from ml.recommendations.comparison import compare
from ml.recommendations.frequency import PersonalFrequency
from ml.recommendations.lineup import lineup
from ml.recommendations.popularity import Popularity
from tests.ml.recommendations.shops import AS_OF, catalogue, dated, shop

CUT = {"end": AS_OF, "days": 20, "gap_days": 1}


@pytest.fixture(scope="module")
def found():
    return compare(lineup(), folds.fold(shop(), **CUT), catalogue(), seed=1)


def test_whatever_knows_tastes_beats_popularity(found):
    recall = found.table(seed=1)["recall_at_10"]

    assert recall["als"] > 1.5 * recall["popular"]
    assert recall["neighbours"] > 1.5 * recall["popular"]


def test_the_table_has_every_measure_at_every_number_of_places_and_an_interval(found):
    table = found.table(seed=1)

    assert {f"{m}_at_{k}" for m in ("precision", "map", "ndcg", "mrr") for k in (5, 10, 20)} <= set(
        table.columns
    )
    for name in (f"{m}_at_{k}" for m in metrics.ACCURACY for k in (5, 10, 20)):
        assert (table[f"{name}_low"] <= table[name]).all()
        assert (table[name] <= table[f"{name}_high"]).all()
    one = metrics.estimate(found.of("als").accuracy[20]["ndcg"], seed=1)
    assert table.loc["als", "ndcg_at_20_low"] == pytest.approx(one.low)
    assert table.loc["als", "ndcg_at_20_high"] == pytest.approx(one.high)
    assert table["coverage"].between(0, 1).all()


def test_groups_part_the_customers(found):
    groups = found.by_group(found.levels, knowledge.LEVELS, seed=1)

    present = [name for name in knowledge.LEVELS if name in groups]
    customers = groups.loc["customers", present]
    assert customers.sum() == len(found.levels)
    weighted = (groups.loc["als", present] * customers).sum() / len(found.levels)
    assert weighted == pytest.approx(found.of("als").recall().mean())
    for name in present:
        one = metrics.estimate(
            found.of("als").recall()[found.levels == knowledge.LEVELS.index(name)], seed=1
        )
        assert groups.loc["als", f"{name}_low"] == pytest.approx(one.low)
        assert groups.loc["als", f"{name}_high"] == pytest.approx(one.high)


def test_what_is_hidden_is_shown_by_none_but_still_counts_as_wanted():
    cut = folds.fold(dated(("ann", "hat", 30), ("ann", "cap", 40), ("ann", "hat", 1)), **CUT)
    hidden = sparse.csr_matrix(np.array([[False, True]]))  # cap, hat

    shown = compare({"own": PersonalFrequency()}, cut, catalogue(), seed=1)
    unshown = compare({"own": PersonalFrequency()}, cut, catalogue(), seed=1, hidden=hidden)

    assert shown.of("own").recall().tolist() == [1]
    assert unshown.of("own").recall().tolist() == [0]


def test_a_period_in_which_nobody_took_anything_is_an_error():
    with pytest.raises(ValueError, match="nobody took anything"):
        compare(
            {"popular": Popularity()},
            folds.fold(dated(("ann", "hat", 30)), **CUT),
            catalogue(),
            seed=1,
        )
