"""Which of several groupings is taken: the finest that is as clear as the clearest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ml.clusters import measures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ml.clusters.measures import Quality
    from ml.clusters.search import Candidate, Plan
    from ml.clusters.shapes import Shape

TRIES = 2  # at one number of clusters, before it counts as shaky
NOT_CLEAREST = "not the clearest of its number"
PASSED_OVER = "less clear than the finalists"  # of other numbers; its stability was not measured


def judge(
    tried: Sequence[tuple[Candidate, Shape]],
    spaces: Mapping[str, NDArray[np.float32]],
    first: str,
    measured: NDArray[np.intp],
    plan: Plan,
    seed: int,
) -> list[tuple[Candidate, Shape]]:
    """Give every candidate with its verdict, the chosen first if any is allowed.

    Parameters
    ----------
    tried : sequence of (Candidate, Shape)
        In any order.
    spaces : mapping of str to ndarray of shape (n_customers, n_components)
        By set of features.
    first : str
        The set in whose space all are compared.
    measured : ndarray of int
        The customers compared on.
    plan : Plan
        What a grouping must reach.
    seed : int
        Decides whatever chance decides.
    """
    allowed: list[tuple[Candidate, Shape]] = []
    refused: list[tuple[Candidate, Shape]] = []
    for candidate, shape in tried:
        verdict = _refusal(candidate.quality, plan, len(spaces[first]))
        if verdict:
            refused.append((replace(candidate, verdict=verdict), shape))
        else:
            allowed.append((candidate, shape))
    stable, shaky, others = _finalists(_ordered(allowed), spaces, measured, plan, seed)
    told = _told(stable, spaces, first, measured, seed)
    shy = f"stability below {plan.minimum_stability:g}"
    told += [(replace(c, verdict=shy), s) for c, s in shaky]
    return told + others + refused


def _finalists(
    ordered: Sequence[tuple[Candidate, Shape]],
    spaces: Mapping[str, NDArray[np.float32]],
    measured: NDArray[np.intp],
    plan: Plan,
    seed: int,
) -> tuple[list[tuple[Candidate, Shape]], ...]:
    """Find the clearest stable grouping of each number of clusters, those shakier, and the rest."""
    stable: list[tuple[Candidate, Shape]] = []
    shaky: list[tuple[Candidate, Shape]] = []
    others: list[tuple[Candidate, Shape]] = []
    for candidate, shape in ordered:
        found = {each.quality.k for each, _ in stable}
        failed = sum(each.quality.k == candidate.quality.k for each, _ in shaky)
        is_new = candidate.quality.k not in found and failed < TRIES
        if len(stable) >= plan.finalists or not is_new:
            verdict = PASSED_OVER if is_new else NOT_CLEAREST
            others.append((replace(candidate, verdict=verdict), shape))
            continue
        points = spaces[candidate.features][measured]
        stability = measures.stability(candidate.algorithm, shape, points, seed=seed)
        told = (replace(candidate, stability=stability), shape)
        (stable if stability >= plan.minimum_stability else shaky).append(told)
    return stable, shaky, others


def _told(
    stable: Sequence[tuple[Candidate, Shape]],
    spaces: Mapping[str, NDArray[np.float32]],
    first: str,
    measured: NDArray[np.intp],
    seed: int,
) -> list[tuple[Candidate, Shape]]:
    """Give the finalists with their verdicts: the finest that is as clear as the clearest first."""
    space = spaces[first][measured]
    silhouettes = [
        measures.silhouettes(shape, spaces[candidate.features][measured], space)
        for candidate, shape in stable
    ]
    clear: list[tuple[Candidate, Shape]] = []
    blurred: list[tuple[Candidate, Shape]] = []
    for pair, values in zip(stable, silhouettes, strict=True):
        assert values is not None
        assert silhouettes[0] is not None
        # the first is the clearest of all
        _, _, high = measures.gain(values, silhouettes[0], seed=seed)
        (clear if high >= 0 else blurred).append(pair)
    clear.sort(key=lambda pair: -pair[0].quality.k)
    verdicts = [f"runner-up {place}" if place else "chosen" for place in range(len(clear))]
    told = [(replace(c, verdict=v), s) for (c, s), v in zip(clear, verdicts, strict=True)]
    return told + [(replace(c, verdict="less clear, beyond noise"), s) for c, s in blurred]


def _refusal(quality: Quality, plan: Plan, customers: int) -> str:
    if quality.silhouette <= -1:
        return "fewer than two clusters"
    if quality.smallest_share < plan.minimum_share:
        return f"a cluster below {plan.minimum_share:.1%} of the customers"
    if round(quality.smallest_share * customers) < plan.minimum_members:
        return f"a cluster of fewer than {plan.minimum_members} customers"
    return ""


def _ordered(pairs: Iterable[tuple[Candidate, Shape]]) -> list[tuple[Candidate, Shape]]:
    def key(pair: tuple[Candidate, Shape]) -> tuple[float, int, bool, str]:
        quality = pair[0].quality
        algorithm = pair[0].algorithm
        return (-round(quality.silhouette, 6), quality.k, algorithm.is_sampled, algorithm.name)

    return sorted(pairs, key=key)


def why(candidates: Sequence[Candidate]) -> str:
    """Say why the first candidate was chosen."""
    best = candidates[0]
    clearest = max(
        (c for c in candidates if c.verdict in ("chosen", *_runners(candidates))),
        key=lambda c: c.quality.silhouette,
    )
    told = (
        f"{best.algorithm.name} on {best.features}: the most clusters (silhouette "
        f"{best.quality.silhouette:.3f}, stability {best.stability:.2f}) that are as clear as the "
        "clearest grouping, within noise"
    )
    if clearest is not best:
        told += (
            f": {clearest.algorithm.name} on {clearest.features} "
            f"({clearest.quality.silhouette:.3f}, {clearest.stability:.2f})"
        )
    return f"{told}, of {len(candidates)} tried"


def _runners(candidates: Sequence[Candidate]) -> list[str]:
    return [c.verdict for c in candidates if c.verdict.startswith("runner-up")]
