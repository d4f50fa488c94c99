"""Names for clusters, by declared rules over what sets each cluster apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

UNCLEAR = "unclear"
NOTICEABLE = 0.25  # standard deviations from the average customer


@dataclass(frozen=True, slots=True)
class Rule:
    """A name, and where the mean of a group must lie to bear it.

    Attributes
    ----------
    label : str
        The name.
    at_least, at_most : mapping of str to float
        By feature, in standard deviations from the average customer.
    """

    label: str
    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)

    @property
    def features(self) -> tuple[str, ...]:
        """Name the features that decide."""
        return tuple(dict.fromkeys([*self.at_least, *self.at_most]))

    def fit(self, profile: Mapping[str, float]) -> float | None:
        """Give how clearly a profile meets every bound, or None where it does not.

        A bound on a feature that is not there is not met.
        """
        if any(feature not in profile for feature in self.features):
            return None
        margins = [profile[feature] - bound for feature, bound in self.at_least.items()]
        margins += [bound - profile[feature] for feature, bound in self.at_most.items()]
        return float(np.mean(margins)) if min(margins, default=-1.0) >= 0 else None


@dataclass(frozen=True, slots=True)
class Name:
    """What a cluster is called, and why.

    Attributes
    ----------
    label : str
        No two clusters of a model have the same.
    deciding : dict of str to float
        The features that decided, each with the cluster's mean in standard deviations.
    is_clear : bool
        Whether a rule gave the name; if not it only lists what sets the cluster apart.
    """

    label: str
    deciding: dict[str, float]
    is_clear: bool


def name_clusters(
    profiles: NDArray[np.floating], columns: Sequence[str], rules: Sequence[Rule]
) -> tuple[Name, ...]:
    """Name each cluster, no two alike.

    The first rule goes to the cluster that meets it most clearly, then the second among those
    left, and so on. A cluster that meets no rule is called unclear, with the two features that set
    it apart most, so that a name never says more than the numbers do.

    Parameters
    ----------
    profiles : ndarray of shape (n_clusters, n_columns)
        Mean scaled feature of each cluster.
    columns : sequence of str
        The features, in the order of the columns of ``profiles``.
    rules : sequence of Rule
        The strictest first.

    Returns
    -------
    tuple of Name, one per cluster
    """
    names: dict[int, Name] = {}
    by_feature = [dict(zip(columns, profile.tolist(), strict=True)) for profile in profiles]
    for rule in rules:
        fits = {
            cluster: fit
            for cluster, profile in enumerate(by_feature)
            if cluster not in names and (fit := rule.fit(profile)) is not None
        }
        if fits:
            best = max(fits, key=lambda cluster: (fits[cluster], -cluster))
            deciding = {feature: by_feature[best][feature] for feature in rule.features}
            names[best] = Name(rule.label, deciding, is_clear=True)
    taken = {name.label for name in names.values()}
    for cluster, profile in enumerate(by_feature):
        if cluster not in names:
            label = f"{UNCLEAR}: {describe(profile)}"
            label = f"{label} ({cluster})" if label in taken else label
            taken.add(label)
            names[cluster] = Name(label, furthest(profile), is_clear=False)
    return tuple(names[cluster] for cluster in range(len(profiles)))


def furthest(profile: Mapping[str, float], count: int = 2) -> dict[str, float]:
    """Give the features of a profile that are furthest from the average."""
    return dict(sorted(profile.items(), key=lambda item: (-abs(item[1]), item[0]))[:count])


def describe(profile: Mapping[str, float]) -> str:
    """Say in words which features of a profile are furthest from the average."""
    words = [
        f"{'high' if shift > 0 else 'low'} {feature.replace('_', ' ')}"
        for feature, shift in furthest(profile).items()
        if abs(shift) >= NOTICEABLE
    ]
    return ", ".join(words) or "average"
