"""Which cluster of a new training is which of the one before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from ml.clusters.model import ClusterModel

LEAST = 0.2  # of the likeness, 0 to 1: below it a cluster is a new one
MEMBERS = 0.8  # the part that members have in the likeness; profiles have the rest


@dataclass(frozen=True, slots=True)
class Matched:
    """A model whose clusters keep their numbers, and how that was found.

    Attributes
    ----------
    model : ClusterModel
        Its clusters in the order of their numbers.
    kept : dict of int to float
        By number: the likeness to the cluster of the same number before.
    born, gone : tuple of int
        Numbers that are new, and those that no cluster has any more.
    """

    model: ClusterModel
    kept: dict[int, float]
    born: tuple[int, ...]
    gone: tuple[int, ...]


def match(model: ClusterModel, before: ClusterModel, features: pd.DataFrame) -> Matched:
    """Give each new cluster the number of the old one that it is likest, no number twice.

    Likeness is the share of the customers of either that are in both (Jaccard), and how near the
    two mean profiles are; the pairs with the highest sum are taken.

    Parameters
    ----------
    model : ClusterModel
        The new one; its numbers are overwritten.
    before : ClusterModel
        The one whose numbers are known to people.
    features : DataFrame
        The customers of today, with the columns of both.

    Returns
    -------
    Matched

    References
    ----------
    Kuhn, H. W. (1955). The Hungarian method for the assignment problem. Naval Research Logistics
    Quarterly 2, 83-97.
    """
    likeness = _likeness(model, before, features)
    rows, columns = linear_sum_assignment(-likeness)
    kept = {
        int(row): int(column)
        for row, column in zip(rows, columns, strict=True)
        if likeness[row, column] >= LEAST
    }
    number = before.next_number
    numbers = []
    for cluster in range(len(model.shape)):
        if cluster in kept:
            numbers.append(before.numbers[kept[cluster]])
        else:
            numbers.append(number)
            number += 1
    named = replace(model, numbers=tuple(numbers), next_number=number)
    return Matched(
        model=reordered(named, np.argsort(numbers, kind="stable")),
        kept={
            before.numbers[column]: float(likeness[row, column])
            for row, column in sorted(kept.items(), key=lambda pair: before.numbers[pair[1]])
        },
        born=tuple(sorted(set(numbers) - set(before.numbers))),
        gone=tuple(sorted(set(before.numbers) - set(numbers))),
    )


def reordered(model: ClusterModel, order: NDArray[np.intp]) -> ClusterModel:
    """Give the same model with its clusters in another order."""
    return replace(
        model,
        shape=model.shape.take(order),
        numbers=tuple(model.numbers[place] for place in order),
        labels=tuple(model.labels[place] for place in order),
        profiles=model.profiles[order],
        sizes=model.sizes[order],
    )


def _likeness(
    model: ClusterModel, before: ClusterModel, features: pd.DataFrame
) -> NDArray[np.float64]:
    new, _ = model.shape.nearest(model.places(features))
    old, _ = before.shape.nearest(before.places(features))
    both = np.zeros((len(model.shape), len(before.shape)))
    np.add.at(both, (new, old), 1)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    members = both / np.maximum(either, 1)
    names = [name for name in model.preparation.names if name in before.preparation.names]
    if not names:
        return np.asarray(members)
    ours = model.profiles[:, [model.preparation.names.index(name) for name in names]]
    theirs = before.profiles[:, [before.preparation.names.index(name) for name in names]]
    distance = np.sqrt(((ours[:, None, :] - theirs[None, :, :]) ** 2).mean(axis=2))
    return np.asarray(MEMBERS * members + (1 - MEMBERS) * np.exp(-distance))
