"""Small shops whose customers have tastes, for tests of recommenders."""

import numpy as np
import pandas as pd

from ml.recommendations.interactions import read

AS_OF = pd.Timestamp("2026-03-31")
TASTES, PRODUCTS_EACH = 4, 15


def dated(*rows):
    """Rows of customer, product, age in days and, if it is not 1, weight."""
    frame = pd.DataFrame(
        [(who, what, age, *(weight or (1.0,))) for who, what, age, *weight in rows],
        columns=["customer_id", "product_id", "age", "weight"],
    )
    frame["at"] = AS_OF - pd.to_timedelta(frame.pop("age"), unit="D")
    return frame


def seen(*rows, **options):
    return read(dated(*rows), as_of=AS_OF, **options)


def shop(customers=160, actions=14, seed=5):
    """Customers who mostly take products of their taste: taste t likes t00 to t14."""
    chance = np.random.default_rng(seed)
    who = np.repeat(np.arange(customers), actions)
    taste = np.where(
        chance.random(len(who)) < 0.9, who % TASTES, chance.integers(TASTES, size=len(who))
    )
    product = chance.integers(PRODUCTS_EACH, size=len(who))
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:04}" for i in who],
            "product_id": [f"p{t}{p:02}" for t, p in zip(taste, product, strict=True)],
            "weight": chance.choice([1.0, 3.0, 5.0], size=len(who)),
            "at": AS_OF - pd.to_timedelta(chance.integers(0, 90, size=len(who)), unit="D"),
        }
    )


def catalogue():
    products = [f"p{t}{p:02}" for t in range(TASTES) for p in range(PRODUCTS_EACH)]
    return pd.DataFrame(
        {
            "name": [f"{['Red', 'Blue', 'Green'][i % 3]} Thing {i}" for i in range(len(products))],
            "category": [f"category {p[1]}" for p in products],
            "brand": [f"brand {i % 5}" for i in range(len(products))],
            "price": [10.0 + i % 15 for i in range(len(products))],
            "margin_share": [0.2 + 0.01 * (i % 7) for i in range(len(products))],
        },
        index=pd.Index(products, name="product_id"),
    )
