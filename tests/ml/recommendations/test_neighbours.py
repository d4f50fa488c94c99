import numpy as np

from ml.recommendations.interactions import read
from ml.recommendations.neighbours import CustomerNeighbours
from tests.ml.recommendations.shops import AS_OF, catalogue, seen, shop


def test_neighbours_are_looked_for_among_the_customers_with_the_newest_interactions():
    given = seen(
        ("ann", "hat", 1), ("bob", "hat", 5), ("bob", "cap", 5), ("eve", "hat", 90),
        ("eve", "bag", 90),
    )  # fmt: skip

    model = CustomerNeighbours(None, None, pool=2).fit(given, catalogue(), seed=1)
    (ann, eve) = model.scorer(given)(np.array([0, 2]))

    assert given.products[ann > 0].tolist() == ["cap", "hat"]  # of bob; eve is too old
    assert given.products[eve > 0].tolist() == ["cap", "hat"]  # of bob and ann


def test_the_size_of_blocks_changes_nothing():
    given = read(shop(), as_of=AS_OF)
    rows = np.arange(160)

    one, other = (
        CustomerNeighbours(pool=100, block=block)
        .fit(given, catalogue(), seed=1)
        .scorer(given)(rows)
        for block in (7, 1_000)
    )

    assert one.tobytes() == other.tobytes()
