import numpy as np
import pandas as pd
import pytest

from ml.recommendations.content import Content
from ml.recommendations.frequency import PersonalFrequency
from ml.recommendations.interactions import read
from ml.recommendations.lineup import lineup
from ml.recommendations.neighbours import CustomerNeighbours
from ml.recommendations.popularity import Popularity
from tests.ml.recommendations.shops import AS_OF, TASTES, catalogue, seen, shop

EVERYONE = np.arange(160)
KNOWING = sorted(set(lineup()) - {"popular", "popular_recently", "popular_in_segment"})


@pytest.fixture(scope="module")
def interactions():
    return read(shop(), as_of=AS_OF)


def scores(algorithm, interactions, rows=None, seed=7):
    model = algorithm.fit(interactions, catalogue(), seed=seed)
    rows = np.arange(len(interactions.customers)) if rows is None else rows
    return model.scorer(interactions)(rows)


@pytest.mark.parametrize("name", KNOWING)
def test_customers_are_given_products_of_their_taste(name, interactions):
    found = scores(lineup()[name], interactions)

    best = np.argsort(-found, axis=1, kind="stable")[:, :5]
    tastes = interactions.products.str[1].astype(int).to_numpy()[best]
    assert (tastes == (EVERYONE % TASTES)[:, None]).mean() > 0.85


@pytest.mark.parametrize("name", sorted(lineup()))
def test_scores_are_those_of_the_products_and_never_negative(name, interactions):
    found = scores(lineup()[name], interactions, rows=np.array([3, 1]))

    assert found.shape == (2, len(interactions.products))
    assert np.isfinite(found).all()
    assert (found >= 0).all()


@pytest.mark.parametrize("name", sorted(lineup()))
def test_seed_decides_and_the_order_of_rows_does_not(name, interactions):
    algorithm = lineup(threads=2)[name]
    shuffled = read(shop().sample(frac=1, random_state=2), as_of=AS_OF)

    assert scores(algorithm, interactions).tobytes() == scores(algorithm, shuffled).tobytes()


@pytest.mark.parametrize("name", sorted(lineup()))
def test_a_stored_model_scores_the_same_and_names_no_customer(name, interactions):
    algorithm = lineup()[name]
    model = algorithm.fit(interactions, catalogue(), seed=7)
    arrays, parameters = model.state()

    again = algorithm.restore(arrays, parameters)

    rows = np.array([0, 5])
    assert again.scorer(interactions)(rows).tobytes() == model.scorer(interactions)(rows).tobytes()
    assert all(array.dtype.kind in "fiu" for array in arrays.values())
    assert all(len(interactions.customers) not in array.shape for array in arrays.values())


@pytest.mark.parametrize("name", KNOWING)
def test_of_whom_nothing_is_known_nothing_is_said(name):
    customers = [f"c{i:04}" for i in range(161)]
    found = scores(lineup()[name], read(shop(), as_of=AS_OF, customers=customers))

    assert found[160].max() == (0 if name != "personal_then_popular" else found[160].max())
    assert (found[:160].max(axis=1) > 0).all()


def test_popularity_sums_weights_and_halves_the_old():
    given = seen(("ann", "hat", 14, 4.0), ("bob", "hat", 0, 1.0), ("ann", "cap", 0, 4.0))

    # cap 4; hat 4 + 1 of all time, 4 / 2 + 1 with a half-life of 14 days
    assert scores(Popularity(), given).tolist() == [[4, 5]] * 2
    assert scores(Popularity(half_life_days=14.0), given).tolist() == [[4, 3]] * 2


def test_popularity_in_a_segment_leans_on_the_whole_shop():
    countries = pd.Series({"ann": "DE", "bob": "DE", "eve": "FR"})
    given = seen(("ann", "hat", 0), ("bob", "hat", 0), ("eve", "cap", 0), segments=countries)

    found = scores(Popularity(by_segment=True, prior=3.0), given)

    # the shop's average customer took 1 / 3 cap and 2 / 3 hat; three of them are the prior
    assert found == pytest.approx(np.array([[1.0, 4.0], [1.0, 4.0], [2.0, 2.0]]))


def test_habits_count_for_less_where_nobody_wants_the_product_now():
    given = seen(("ann", "hat", 14, 2.0), ("ann", "cap", 0, 2.0), ("bob", "cap", 0, 2.0))

    found = scores(PersonalFrequency(demand_half_life_days=14.0), given)

    # demand: cap 2 + 2, hat 2 / 2, so hat counts the root of 1 / 4
    assert found == pytest.approx(np.array([[2.0, 2 * 0.5], [2.0, 0.0]]))


def test_neighbours_equal_brute_force(interactions):
    algorithm = CustomerNeighbours(90.0, 14.0, neighbours=1_000, block=7)

    found = scores(algorithm, interactions)

    decayed, taken = interactions.matrix(90.0).toarray(), interactions.matrix(14.0).toarray()
    rarity = np.log1p(160 / np.maximum((decayed > 0).sum(axis=0), 1))
    vectors = [np.sqrt(row) * rarity for row in decayed]
    for who in (0, 42):
        expected = np.zeros(taken.shape[1])
        for other in range(160):
            if other != who:
                norms = np.linalg.norm(vectors[who]) * np.linalg.norm(vectors[other])
                expected += vectors[who] @ vectors[other] / norms * taken[other]
        assert found[who] == pytest.approx(expected, rel=1e-4)


def test_only_the_nearest_neighbours_have_a_say():
    given = seen(
        ("ann", "hat", 0), ("ann", "cap", 0),
        ("bob", "hat", 0), ("bob", "cap", 0), ("bob", "bag", 0),
        ("eve", "hat", 0), ("eve", "tie", 0), ("eve", "pin", 0),
    )  # fmt: skip

    found = scores(CustomerNeighbours(None, None, neighbours=1), given, rows=np.array([0]))

    assert given.products[found[0] > 0].tolist() == ["bag", "cap", "hat"]


def test_content_knows_products_that_nobody_took():
    given = seen(("ann", "red mug", 0), products=["red mug", "red cup", "blue hat"])
    described = pd.DataFrame(
        {
            "name": ["red mug", "red cup", "blue hat"],
            "category": ["kitchen", "kitchen", "clothes"],
            "brand": [None, None, None],
            "price": [5.0, 5.0, 50.0],
        },
        index=["red mug", "red cup", "blue hat"],
    )

    model = Content().fit(given, described, seed=1)

    (found,) = model.scorer(given)(np.array([0]))
    of = dict(zip(given.products, found, strict=True))
    assert of["red mug"] > of["red cup"] > of["blue hat"] == 0


def test_content_of_products_without_any_description_says_nothing():
    given = seen(("ann", "hat", 0), ("ann", "cap", 0))
    nothing = pd.DataFrame(columns=["name", "category", "brand", "price"])

    model = Content().fit(given, nothing, seed=1)

    assert model.scorer(given)(np.array([0])).tolist() == [[0.0, 0.0]]
