"""Every recommender on the same later purchases of the same customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.recommendations import knowledge, metrics
from ml.recommendations.content import Content
from ml.recommendations.objectives import relative_values
from ml.recommendations.ranking import rank_all
from ml.recommendations.shared import Shared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from ml.recommendations.folds import Fold
    from ml.recommendations.interface import Algorithm

PLACES = (5, 10, 20)
MAIN = 10  # the number of places that decides, and that what lies beyond accuracy is told of


@dataclass(frozen=True, slots=True)
class Judged:
    """One recommender on a held-out period.

    Attributes
    ----------
    name : str
        What it is called.
    accuracy : dict of int to dict of str to ndarray of shape (n_customers,)
        By the number of places and the measure, one value per customer.
    value, margin : ndarray of float, shape (n_customers,)
        Prices and margins, relative to the mean, of the hits among the first ``MAIN`` places,
        summed.
    coverage, novelty, diversity : float
        Of the first ``MAIN`` places; see ``metrics``.
    """

    name: str
    accuracy: dict[int, dict[str, NDArray[np.float64]]]
    value: NDArray[np.float64]
    margin: NDArray[np.float64]
    coverage: float
    novelty: float
    diversity: float

    def recall(self) -> NDArray[np.float64]:
        """Give the recall at ``MAIN`` of each customer."""
        return self.accuracy[MAIN]["recall"]

    def by_customer(self) -> dict[str, NDArray[np.float64]]:
        """Give every measure that each customer has a value of, by its name."""
        found = {
            f"{measure}_at_{k}": values
            for k, measures in self.accuracy.items()
            for measure, values in measures.items()
        }
        return found | {f"value_at_{MAIN}": self.value, f"margin_at_{MAIN}": self.margin}


@dataclass(frozen=True, slots=True)
class Comparison:
    """All recommenders, and who they were judged on.

    Attributes
    ----------
    judged : tuple of Judged
        In the order given.
    levels, segments : ndarray of int, shape (n_customers,)
        How much was known of each customer, and their segment.
    segment_names : tuple of str
        What the segments are called.
    """

    judged: tuple[Judged, ...]
    levels: NDArray[np.intp]
    segments: NDArray[np.intp]
    segment_names: tuple[str, ...]

    def of(self, name: str) -> Judged:
        """Find one by its name."""
        return next(each for each in self.judged if each.name == name)

    def against_best(
        self, name: str, others: Sequence[str], *, seed: int
    ) -> tuple[str, metrics.Estimate]:
        """Compare one with the best of some others, customer by customer.

        Parameters
        ----------
        name : str
            Who is compared.
        others : sequence of str
            At least one.
        seed : int
            Decides how customers are drawn again for the interval.

        Returns
        -------
        tuple of str and Estimate
            The other with the highest recall at ``MAIN``, and by how much recall is above its.
        """
        best = max(others, key=lambda other: float(self.of(other).recall().mean()))
        gain = self.of(name).recall() - self.of(best).recall()
        return best, metrics.estimate(gain, seed=seed)

    def table(self, *, seed: int) -> pd.DataFrame:
        """Give a row per recommender: means over customers, and after all of them their intervals.

        Parameters
        ----------
        seed : int
            Decides how customers are drawn again for the intervals.
        """
        rows = {}
        measured = {each.name: each.by_customer() for each in self.judged}
        columns = [values for measures in measured.values() for values in measures.values()]
        ends = np.stack(metrics.intervals(np.column_stack(columns), seed=seed), axis=1)
        of_each = ends.reshape(len(measured), -1, 2)
        for each, (low, high) in zip(self.judged, of_each.transpose(0, 2, 1), strict=True):
            names = list(measured[each.name])
            rows[each.name] = {
                **{name: float(values.mean()) for name, values in measured[each.name].items()},
                "coverage": each.coverage,
                "novelty": each.novelty,
                "diversity": each.diversity,
                **{f"{name}_low": float(end) for name, end in zip(names, low, strict=True)},
                **{f"{name}_high": float(end) for name, end in zip(names, high, strict=True)},
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")

    def by_group(
        self, groups: NDArray[np.intp], names: Sequence[str], *, seed: int
    ) -> pd.DataFrame:
        """Give the mean recall at ``MAIN`` of each group of customers that there are any of.

        Parameters
        ----------
        groups : ndarray of int, shape (n_customers,)
            Positions in ``names``, say ``levels``.
        names : sequence of str
            What the groups are called.
        seed : int
            Decides how customers are drawn again for the intervals.

        Returns
        -------
        DataFrame
            A row per recommender; for each group the mean, and where its interval begins
            (``_low``) and ends (``_high``). A first row has the customers of the group.
        """
        recalls = np.column_stack([each.recall() for each in self.judged])
        found: dict[str, list[float]] = {}
        for place, name in enumerate(names):
            mine = recalls[groups == place]
            if len(mine):
                low, high = metrics.intervals(mine, seed=seed)
                told = {name: mine.mean(axis=0), f"{name}_low": low, f"{name}_high": high}
                found |= {column: [len(mine), *values] for column, values in told.items()}
        rows = ["customers", *(each.name for each in self.judged)]
        return pd.DataFrame(found, index=rows, dtype=float)


def compare(
    models: Mapping[str, Algorithm],
    fold: Fold,
    catalogue: pd.DataFrame,
    *,
    seed: int,
    hidden: sparse.csr_matrix | None = None,
    most_customers: int | None = None,
) -> Comparison:
    """Fit each recommender on what was known, and measure it on what customers took then.

    Parameters
    ----------
    models : mapping of str to Algorithm
        By name.
    fold : Fold
        What was known, and what came.
    catalogue : DataFrame
        By ``product_id``; where it says nothing of margins, every hit's counts 1.
    seed : int
        Decides whatever chance decides.
    hidden : csr_matrix of shape (n_customers, n_products), optional
        What none of them may show. It still counts as wanted: a rule that hides what customers
        take is not rewarded for it.
    most_customers : int, optional
        Measured on a sample of at most so many.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If nobody took anything in the judged period.
    """
    rows, known = fold.judged(most_customers, seed=seed), fold.known
    if not len(rows):
        raise ValueError("nobody took anything in the judged period")
    vectors = Content().vectors(known.products, catalogue)
    worth = relative_values(known.products, catalogue, "price")
    margins = relative_values(known.products, catalogue, "margin")
    takers = np.asarray((known.matrix() > 0).sum(axis=0)).ravel()
    shared = Shared(known, catalogue, seed)
    all_ranked = rank_all(
        {name: shared.scorer(algorithm) for name, algorithm in models.items()},
        rows,
        products=len(known.products),
        places=max(PLACES),
        hidden=hidden,
    )
    found = []
    for name, ranked in all_ranked.items():
        first = ranked[:, :MAIN]
        found.append(
            Judged(
                name=name,
                accuracy={
                    k: metrics.accuracy(ranked, fold.relevant[rows], k=k, wanted=fold.wanted[rows])
                    for k in PLACES
                },
                value=metrics.value(first, fold.relevant[rows], worth),
                margin=metrics.value(first, fold.relevant[rows], margins),
                coverage=metrics.coverage(first, len(known.products)),
                novelty=metrics.novelty(first, takers, len(known.customers)),
                diversity=metrics.diversity(first, vectors),
            )
        )
    return Comparison(
        tuple(found), knowledge.levels(known)[rows], known.segments[rows], known.segment_names
    )
