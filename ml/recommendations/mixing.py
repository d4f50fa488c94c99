"""Learning the weights of a hybrid from what customers took in validation periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ml.recommendations import knowledge
from ml.recommendations.hybrid import scaled, tail
from ml.recommendations.ranking import batches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ml.recommendations.folds import Fold
    from ml.recommendations.hybrid import Weights
    from ml.recommendations.interface import Algorithm

STEPS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 1.6)
PLACES = (5, 10, 20)  # the mean recall at these is less noisy than that at one of them
POPULAR = "popular"
MOST_CUSTOMERS = 4_000


@dataclass(frozen=True, slots=True)
class Candidates:
    """What each component says of the products that are worth ranking.

    Attributes
    ----------
    scores : ndarray of float32, shape (n_customers, n_candidates, n_components)
        From 0 to 1 within a customer and component.
    tail : ndarray of float32, shape (n_customers, n_candidates)
        The popularity that everyone's score holds.
    is_relevant : ndarray of bool, shape (n_customers, n_candidates)
        Whether the customer took it afterwards.
    wanted, level : ndarray of int, shape (n_customers,)
        How many products the customer took, and how much was known of them.
    """

    scores: NDArray[np.float32]
    tail: NDArray[np.float32]
    is_relevant: NDArray[np.bool_]
    wanted: NDArray[np.int64]
    level: NDArray[np.intp]

    def only(self, mask: NDArray[np.bool_]) -> Candidates:
        """Keep some of the customers."""
        return Candidates(
            self.scores[mask],
            self.tail[mask],
            self.is_relevant[mask],
            self.wanted[mask],
            self.level[mask],
        )


def candidates(
    fold: Fold,
    components: Mapping[str, Algorithm],
    catalogue: pd.DataFrame,
    *,
    seed: int,
    most_customers: int = MOST_CUSTOMERS,
    most_products: int = 200,
) -> Candidates:
    """Fit components on what was known, and keep for each customer what they rank highest.

    Parameters
    ----------
    fold : Fold
        The period to learn from, and the one to be judged on.
    components : mapping of str to Algorithm
        By name.
    catalogue : DataFrame
        By ``product_id``.
    seed : int
        Decides whatever chance decides.
    most_customers : int
        At most so many are sampled.
    most_products : int
        At most so many candidates each: those with the highest sum of scores.
    """
    known, rows = fold.known, fold.judged(most_customers, seed=seed)
    scorers = [
        algorithm.fit(known, catalogue, seed=seed).scorer(known)
        for algorithm in components.values()
    ]
    products = len(known.products)
    popular = tail(known)
    places = min(most_products, products)
    kept: list[NDArray[np.float32]] = []
    chosen: list[NDArray[np.intp]] = []
    for batch in batches(len(rows), products * max(1, len(scorers))):
        said = np.stack([scaled(scorer(rows[batch])) for scorer in scorers], axis=2)
        total = np.round(said.sum(axis=2, dtype=np.float64) + popular, 6)
        total -= np.arange(products) * 1e-12
        best = np.argpartition(-total, places - 1, axis=1)[:, :places]
        best.sort(axis=1)
        kept.append(np.take_along_axis(said, best[:, :, None], axis=1))
        chosen.append(best)
    if not chosen:
        raise ValueError("nobody to learn weights from")
    best = np.concatenate(chosen)
    flat = np.repeat(rows, places), best.ravel()
    return Candidates(
        scores=np.concatenate(kept),
        tail=popular[best],
        is_relevant=np.asarray(fold.relevant[flat]).reshape(best.shape) > 0,
        wanted=fold.wanted[rows],
        level=knowledge.levels(known)[rows],
    )


def learn(
    found: Sequence[Candidates],
    names: Sequence[str],
    *,
    fewest_customers: int = 30,
    most_sweeps: int = 4,
) -> Weights:
    """Choose weights by level: from the best single component on, one weight at a time.

    The mean recall at ``PLACES``, over all customers of all periods, never falls: a weight is
    changed only where that gains. A level with too few customers gets the weights of everyone, but
    the cold one gets popularity: nothing else can speak for whom nothing is known of.

    Parameters
    ----------
    found : sequence of Candidates
        One per validation period.
    names : sequence of str
        The components, in the order of the scores; one is called 'popular'.
    fewest_customers : int
        A level with fewer in all is not learnt from.
    most_sweeps : int
        At most so many rounds over all components.

    Returns
    -------
    dict of str to dict of str to float
        By level and component.

    Raises
    ------
    ValueError
        If no component is called 'popular'.
    """
    if POPULAR not in names:
        raise ValueError(f"one component must be called {POPULAR!r}, got {', '.join(names)}")
    everyone = [np.ones(len(each.level), dtype=bool) for each in found]
    overall: NDArray[np.float64] | None = None
    weights: Weights = {}
    for position, level in enumerate(knowledge.LEVELS):
        chosen = [each.level == position for each in found]
        if sum(int(mask.sum()) for mask in chosen) >= fewest_customers:
            best = _ascend(found, chosen, len(names), most_sweeps)
        elif level == "cold":
            best = np.array([float(name == POPULAR) for name in names])
        else:
            if overall is None:
                overall = _ascend(found, everyone, len(names), most_sweeps)
            best = overall
        weights[level] = {
            name: round(float(weight), 6)
            for name, weight in zip(names, best, strict=True)
            if weight
        }
    return weights


def _ascend(
    found: Sequence[Candidates],
    masks: Sequence[NDArray[np.bool_]],
    count: int,
    most_sweeps: int,
) -> NDArray[np.float64]:
    parts = [each.only(mask) for each, mask in zip(found, masks, strict=True) if mask.any()]
    singles = np.eye(count)
    values = [recall(parts, single) for single in singles]
    best = int(np.argmax(values))
    weights, value = singles[best], values[best]
    for _ in range(most_sweeps):
        before = value
        for component in range(count):
            for step in STEPS:
                tried = weights.copy()
                tried[component] = step
                if not tried.any() or np.array_equal(tried, weights):
                    continue
                reached = recall(parts, tried)
                if reached > value + 1e-6:
                    weights, value = tried, reached
        if value == before:
            break
    return np.asarray(weights / weights.max())


def untrained(names: Sequence[str]) -> Weights:
    """Give the weights of a shop too young to learn any: popularity, and all alike if known."""
    known = dict.fromkeys(names, 1.0)
    return {level: {POPULAR: 1.0} if level == "cold" else known for level in knowledge.LEVELS}


def recall(parts: Sequence[Candidates], weights: NDArray[np.float64]) -> float:
    """Give the mean, over customers and numbers of places, of the recall of a mix.

    Parameters
    ----------
    parts : sequence of Candidates
        One per validation period.
    weights : ndarray of shape (n_components,)
        In the order of the scores.
    """
    total, customers = 0.0, 0
    for part in parts:
        mixed = part.scores @ weights.astype(np.float32) + part.tail
        most = min(max(PLACES), mixed.shape[1])
        best = np.argpartition(-mixed, most - 1, axis=1)[:, :most]
        order = np.argsort(-np.take_along_axis(mixed, best, axis=1), axis=1, kind="stable")
        hits = np.take_along_axis(part.is_relevant, np.take_along_axis(best, order, axis=1), axis=1)
        for places in PLACES:
            total += float((hits[:, :places].sum(axis=1) / part.wanted).sum()) / len(PLACES)
        customers += len(part.wanted)
    return total / customers
