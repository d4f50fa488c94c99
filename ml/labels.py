"""Names for clusters, by declared rules over what sets each cluster apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Rule:
    """A name, and how far from the average customer (in standard deviations) it asks a group to be.

    A positive bound asks for at least that much, a negative one for at most that much.
    """

    label: str
    bounds: Mapping[str, float]

    def fit(self, profile: Mapping[str, float]) -> float | None:
        """Give how clearly a profile meets every bound, or None where it does not.

        A bound on a feature that the model does not have is not met.
        """
        shifts = [
            profile.get(feature, 0.0) * np.sign(bound) - abs(bound)
            for feature, bound in self.bounds.items()
        ]
        return float(np.mean(shifts)) if min(shifts) >= 0 else None


def name_clusters(
    profiles: NDArray[np.floating], columns: Sequence[str], rules: Sequence[Rule]
) -> tuple[str, ...]:
    """Name each cluster, no two alike.

    The first rule goes to the cluster that meets it most clearly, then the second among those
    left, and so on. A cluster that meets no rule is named by the two features that set it apart
    most, so that a name never says more than the numbers do.

    Parameters
    ----------
    profiles : ndarray of shape (n_clusters, n_columns)
        Mean z-score of each feature in each cluster.
    columns : sequence of str
        The features, in the order of the columns of ``profiles``.
    rules : sequence of Rule
        The strictest first.

    Returns
    -------
    tuple of str, one per cluster
    """
    labels: dict[int, str] = {}
    by_feature = [dict(zip(columns, profile.tolist(), strict=True)) for profile in profiles]
    for rule in rules:
        fits = {
            cluster: fit
            for cluster, profile in enumerate(by_feature)
            if cluster not in labels and (fit := rule.fit(profile)) is not None
        }
        if fits:
            labels[max(fits, key=lambda cluster: (fits[cluster], -cluster))] = rule.label
    for cluster, profile in enumerate(by_feature):
        if cluster not in labels:
            label = describe(profile)
            labels[cluster] = f"{label} ({cluster})" if label in labels.values() else label
    return tuple(labels[cluster] for cluster in range(len(profiles)))


def describe(profile: Mapping[str, float], *, count: int = 2, noticeable: float = 0.25) -> str:
    """Say in words which features of a profile are furthest from the average."""
    furthest = sorted(profile.items(), key=lambda item: (-abs(item[1]), item[0]))[:count]
    words = [
        f"{'high' if shift > 0 else 'low'} {feature.replace('_', ' ')}"
        for feature, shift in furthest
        if abs(shift) >= noticeable
    ]
    return ", ".join(words) or "average"
