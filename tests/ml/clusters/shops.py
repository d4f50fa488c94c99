"""Small shops whose groups are known."""

import numpy as np
import pandas as pd

from ml.clusters import preparation, search
from ml.clusters.model import ClusterModel
from ml.clusters.preparation import Feature, Recipe

CENTRES = ((100.0, 10.0, 9.0), (50.0, 80.0, 30.0), (10.0, 40.0, 3.0))
RECIPE = Recipe(tuple(Feature(name, name) for name in ("spend", "visits", "age")))
PLAN = search.Plan(k_values=(3, 4, 5), measured_rows=300, finalists=3, followed=2)


def shop(customers=300, spread=2.0, seed=3):
    """Three groups of customers, far apart; group i around CENTRES[i]."""
    chance = np.random.default_rng(seed)
    group = np.arange(customers) % 3
    points = np.array(CENTRES)[group] + chance.normal(0, spread, (customers, 3))
    frame = pd.DataFrame(points, columns=["spend", "visits", "age"])
    frame.insert(0, "customer_id", [f"c{i:04}" for i in range(customers)])
    return frame, group


def model_of(frame, shape=None, recipe=RECIPE, k=3):
    """A model of the frame, its clusters numbered and named as they come."""
    from ml.clusters.algorithms import KMeans

    prepared = preparation.learn(frame, recipe)
    scaled = prepared.scaled(frame)
    shape = KMeans(k).fit(prepared.project(scaled), seed=7) if shape is None else shape
    best, _ = shape.nearest(prepared.project(scaled))
    return ClusterModel(
        preparation=prepared,
        shape=shape,
        numbers=tuple(range(len(shape))),
        labels=tuple("abcdefgh"[: len(shape)]),
        profiles=np.array([scaled[best == c].mean(axis=0) for c in range(len(shape))], dtype=float),
        sizes=np.bincount(best, minlength=len(shape)),
        next_number=len(shape),
    )
