import pandas as pd

from ml.recommendations import popularity


def test_products_are_ordered_by_the_weight_of_all_interactions():
    interactions = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "eve", "ann"],
            "product_id": ["hat", "hat", "cap", "bag"],
            "weight": [1.0, 3.0, 5.0, 4.0],
        }
    )

    ranked = popularity.rank(interactions)

    # cap 5; bag 4 and hat 1 + 3 tie, in the order of their ids
    assert ranked["product_id"].tolist() == ["cap", "bag", "hat"]
    assert ranked["score"].tolist() == [5.0, 4.0, 4.0]
