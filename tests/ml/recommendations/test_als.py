import numpy as np
import pandas as pd
import pytest

from ml.recommendations import als, trial
from ml.recommendations.als import AlsModel, Parameters
from ml.recommendations.split import Split

SMALL = Parameters(factors=8, iterations=8)
TASTES, PRODUCTS_EACH = 4, 15


def shop(customers=240, actions=14, seed=5):
    """Customers who mostly act on the products of their taste: taste t likes products t00..t14."""
    chance = np.random.default_rng(seed)
    who = np.repeat(np.arange(customers), actions)
    taste = np.where(
        chance.random(len(who)) < 0.9, who % TASTES, chance.integers(TASTES, size=len(who))
    )
    product = chance.integers(PRODUCTS_EACH, size=len(who))
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{i:04}" for i in who],
            "product_id": [f"p{t}{p:02}" for t, p in zip(taste, product, strict=True)],
            "weight": chance.choice([1.0, 3.0, 5.0], size=len(who)),
        }
    )
    return frame.groupby(["customer_id", "product_id"], as_index=False)["weight"].sum()


@pytest.fixture(scope="module")
def interactions():
    return shop()


@pytest.fixture(scope="module")
def model(interactions):
    return als.fit(interactions, SMALL, random_state=7)


def recommended(model, interactions, customers, **options):
    return pd.concat(als.recommend(model, interactions, customers, **options), ignore_index=True)


def test_customers_are_recommended_products_of_their_taste(interactions, model):
    customers = interactions["customer_id"].drop_duplicates()

    given = recommended(model, interactions, customers, hidden=interactions, count=5)

    taste = given["customer_id"].str[1:].astype(int) % TASTES
    assert (given["product_id"].str[1].astype(int) == taste).mean() > 0.9
    assert set(given["source"]) == {"als"}


def test_ranks_count_from_1_and_scores_fall(interactions, model):
    given = recommended(model, interactions, ["c0000", "c0001"], count=4)

    assert given["rank"].tolist() == [1, 2, 3, 4] * 2
    assert (given.groupby("customer_id")["score"].diff().dropna() <= 0).all()


def test_hidden_pairs_are_never_recommended(interactions, model):
    customers = interactions["customer_id"].drop_duplicates()

    given = recommended(model, interactions, customers, hidden=interactions, count=30)

    assert given.merge(interactions, on=["customer_id", "product_id"]).empty


def test_without_hidden_pairs_what_was_bought_comes_back(interactions, model):
    given = recommended(model, interactions, ["c0000"], count=10)

    assert not given.merge(interactions, on=["customer_id", "product_id"]).empty


def test_a_customer_without_history_gets_the_popular_products_marked_so(interactions, model):
    totals = interactions.groupby("product_id")["weight"].sum()
    best = totals.sort_values(ascending=False, kind="stable").index[:3].tolist()

    given = recommended(model, interactions, ["stranger"], count=3)

    assert given["product_id"].tolist() == best
    assert given["source"].tolist() == ["popular"] * 3
    assert given["score"].tolist() == pytest.approx(totals[best].tolist())


def test_popular_products_leave_out_hidden_ones(interactions, model):
    (first,) = recommended(model, interactions, ["stranger"], count=1)["product_id"]
    hidden = pd.DataFrame({"customer_id": ["stranger"], "product_id": [first]})

    given = recommended(model, interactions, ["stranger", "other"], hidden=hidden, count=1)

    assert given["product_id"].tolist()[0] != first
    assert given["product_id"].tolist()[1] == first


def test_history_of_unknown_products_only_is_no_history(model):
    history = pd.DataFrame({"customer_id": ["ann"], "product_id": ["new"], "weight": [5.0]})

    assert set(recommended(model, history, ["ann"])["source"]) == {"popular"}


def test_fewer_products_than_places_give_fewer_rows():
    interactions = pd.DataFrame(
        {"customer_id": ["ann", "bob"], "product_id": ["hat", "cap"], "weight": [1.0, 1.0]}
    )
    model = als.fit(interactions, SMALL, random_state=1)

    assert len(recommended(model, interactions, ["ann", "eve"], count=10)) == 4
    only = recommended(model, interactions, ["ann"], hidden=interactions, count=10)
    assert only["product_id"].tolist() == ["cap"]


def test_nothing_left_to_show_gives_no_row():
    one = pd.DataFrame({"customer_id": ["ann"], "product_id": ["hat"], "weight": [1.0]})
    model = als.fit(one, SMALL, random_state=1)

    assert recommended(model, one, ["ann"], hidden=one).empty
    assert list(als.recommend(model, one, [])) == []


def test_batches_of_any_size_give_the_same(interactions, model):
    customers = [*interactions["customer_id"].drop_duplicates(), "stranger"]

    whole, parts = (
        recommended(model, interactions, customers, hidden=interactions, batch_size=size)
        for size in (100_000, 7)
    )

    pd.testing.assert_frame_equal(whole, parts)


def test_seed_decides_and_threads_and_row_order_do_not(interactions, model):
    threaded = als.fit(
        interactions.sample(frac=1, random_state=2), SMALL, random_state=7, num_threads=2
    )
    other = als.fit(interactions, SMALL, random_state=8)

    assert threaded.item_factors.tobytes() == model.item_factors.tobytes()
    assert other.item_factors.tobytes() != model.item_factors.tobytes()
    customers = interactions["customer_id"].drop_duplicates()
    pd.testing.assert_frame_equal(
        recommended(model, interactions, customers),
        recommended(threaded, interactions, customers, num_threads=2),
    )


def test_a_model_survives_being_stored_and_holds_no_customer(interactions, model):
    arrays, parameters = model.state()

    again = AlsModel.restore(arrays, parameters)

    pd.testing.assert_frame_equal(
        recommended(model, interactions, ["c0001"]), recommended(again, interactions, ["c0001"])
    )
    assert arrays["products"].dtype.kind == "U"
    assert len(arrays["item_factors"]) == TASTES * PRODUCTS_EACH
    assert not any("c0001" in str(array.tolist()) for array in arrays.values())


def test_als_beats_popularity_on_planted_tastes(interactions):
    parted = interactions.sample(frac=1, random_state=3)
    train, test = parted.iloc[: len(parted) * 3 // 4], parted.iloc[len(parted) * 3 // 4 :]
    split = Split(train, test[["customer_id", "product_id"]], pd.Timestamp("2026-03-01"))

    judged = trial.judge(split, SMALL, hidden=train, random_state=7)

    mine, popular = judged["als"], judged["popularity"]
    assert mine.customers == popular.customers > 200
    assert mine.precision > 2 * popular.precision
    assert mine.recall > 2 * popular.recall
    assert mine.mean_average_precision > 2 * popular.mean_average_precision


def test_nobody_to_judge_on_gives_no_quality(interactions):
    strangers = pd.DataFrame({"customer_id": ["stranger"], "product_id": ["p000"]})
    split = Split(interactions, strangers, pd.Timestamp("2026-03-01"))

    assert trial.judge(split, SMALL, random_state=7) == {}


def test_a_sample_of_customers_is_judged_on_when_there_are_many(interactions):
    split = Split(interactions, interactions, pd.Timestamp("2026-03-01"))

    judged = trial.judge(split, SMALL, random_state=7, most_customers=50)

    assert judged["als"].customers == judged["popularity"].customers == 50


@pytest.mark.parametrize(("rows", "message"), [([], "no interactions"), ([0.0], "positive")])
def test_what_cannot_be_learnt_from_is_an_error(rows, message):
    frame = pd.DataFrame({"customer_id": ["a"], "product_id": ["b"], "weight": [0.0]}).iloc[
        : len(rows)
    ]

    with pytest.raises(ValueError, match=message):
        als.fit(frame, SMALL, random_state=1)
