import numpy as np
import pytest

from edge.simulator import catalogue, personas


@pytest.fixture(scope="module")
def goods():
    return catalogue.make(customers=100, seed=4)


def test_what_is_drawn_from_a_taste_belongs_to_it(goods):
    size = 20_000
    chance = np.random.default_rng(1).random(size)
    kinds = np.arange(size) % 6
    category, style = np.arange(size) % 12, np.arange(size) % 3
    brand = goods.brand[np.arange(size) % len(goods.brand)]
    drawn = goods.draw(kinds, category, style, brand, chance)
    for kind in (1, 2, 3, 4):
        rows = kinds == kind
        assert (goods.category[drawn[rows]] == category[rows]).all()
    assert (goods.style[drawn[kinds == 2]] == style[kinds == 2]).all()
    assert (goods.price[drawn[kinds == 3]] < goods.list_price[drawn[kinds == 3]]).all()
    assert (goods.brand[drawn[kinds == 5]] == brand[kinds == 5]).all()


def test_popularity_decides_what_everyone_draws(goods):
    size = 200_000
    zeros = np.zeros(size, dtype=np.int64)
    chance = np.random.default_rng(2).random(size)
    drawn = goods.draw(zeros, zeros, zeros, zeros, chance)
    shares = np.bincount(drawn, minlength=len(goods.popularity)) / size
    assert np.abs(shares - goods.popularity).max() < 0.003


def test_discount_hunters_draw_from_the_outlet():
    size = 30_000
    kinds = catalogue.pool_kinds(
        np.full(size, 0.7), np.zeros(size), np.random.default_rng(3).random(size)
    )
    assert (kinds == 3).mean() == pytest.approx(0.7, abs=0.02)


def test_the_shares_of_the_personas_come_to_one():
    assert personas.parameter("share").sum() == pytest.approx(1)


def test_an_unknown_parameter_is_refused_by_name():
    with pytest.raises(ValueError, match="courage"):
        personas.parameter("courage")
