"""Recommenders that look after money: trained beside the recommender, and judged against it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from dagster_project.models import registry as registries
from dagster_project.models.registry import Dataset, Registry, Training
from dagster_project.models.training import TrainingResult, decided, unchanged
from dagster_project.recommender import card

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from dagster_project.recommender.inputs import Recipe
    from ml.recommendations.comparison import Comparison, Judged
    from ml.recommendations.hybrid import Hybrid
    from ml.recommendations.interactions import Interactions
    from ml.recommendations.interface import Algorithm

RULE = (
    "promoted where what its hits are worth is more than what the recommender's are, for the same "
    "customers on the same held-out days, beyond noise, and its recall is not lower than that of "
    "popularity beyond noise"
)
NOTHING = "no price or margin is known, or no days to learn from and to be judged on"
HYBRID, CHAMPION, POPULAR = "hybrid", "champion_recipe", "popular"


@dataclass(frozen=True, slots=True)
class Variant:
    """The measure that decides about a variant.

    ``high_value`` is true where it is learnt and judged on the customers who took most.
    """

    measure: Literal["margin", "value"]
    high_value: bool = False

    @property
    def metric(self) -> str:
        """Name the measure as a metric."""
        return f"{self.measure}_at_10"


VARIANTS = {
    "recommender_by_margin": Variant("margin"),
    "recommender_by_value": Variant("value"),
    "recommender_high_value": Variant("value", high_value=True),
}


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a training has come to when its variants are judged and kept.

    ``recommender`` is what the mix that was chosen is called among those compared.
    """

    compared: Comparison | None
    recommender: str
    is_high_value: NDArray[np.bool_]
    known: Interactions
    catalogue: pd.DataFrame
    dataset: Dataset
    recipe: Recipe
    fingerprint: str
    seed: int


def algorithms(
    names: Collection[str], hybrid: Hybrid, high_value: Hybrid | None, catalogue: pd.DataFrame
) -> dict[str, Algorithm]:
    """Give the variants that there is something to learn for: prices, margins, good customers."""
    from ml.recommendations.objectives import ByValue

    found: dict[str, Algorithm] = {}
    if "recommender_by_margin" in names and is_known("margin", catalogue):
        found["recommender_by_margin"] = ByValue(hybrid, "margin")
    if "recommender_by_value" in names and is_known("price", catalogue):
        found["recommender_by_value"] = ByValue(hybrid, "price")
    if "recommender_high_value" in names and high_value is not None:
        found["recommender_high_value"] = high_value
    return found


def compared_models(catalogue: pd.DataFrame, *, threads: int) -> dict[str, Algorithm]:
    """Give every model but those by prices or margins that nothing is known of."""
    from ml.recommendations.lineup import lineup
    from ml.recommendations.objectives import ByValue

    return {
        name: each
        for name, each in lineup(threads=threads).items()
        if not isinstance(each, ByValue) or is_known(each.objective, catalogue)
    }


def is_known(objective: str, catalogue: pd.DataFrame) -> bool:
    """Say whether any product has a price, or a margin of one."""
    worth = catalogue["price"].astype("float64")
    if objective == "margin":
        worth = worth * catalogue["margin_share"].astype("float64")
    return bool((worth > 0).any())


def kept(names: Sequence[str], registry: Registry, fingerprint: str) -> list[TrainingResult]:
    """Say what came of variants that were trained on the same data in the same way."""
    found = []
    for name in names:
        same, metric = registry.find(name, fingerprint), VARIANTS[name].metric
        if same is None:
            found.append(TrainingResult(name, "skipped", NOTHING, metric))
        else:
            found.append(unchanged(name, metric, same))
    return found


def train(
    name: str, algorithm: Algorithm | None, learnt: Learnt, registry: Registry
) -> TrainingResult:
    """Judge a variant against the recommender, fit it on everything, and record it."""
    variant = VARIANTS[name]
    if algorithm is None or learnt.compared is None:
        return TrainingResult(name, "skipped", NOTHING, variant.metric)
    passes, why, metrics = judge(name, learnt)
    reason = f"{why} ({RULE})"
    table = learnt.compared.table(seed=learnt.seed).loc[[learnt.recommender, name, POPULAR]]
    training = Training(
        name=name,
        model=algorithm.fit(learnt.known, learnt.catalogue, seed=learnt.seed),
        dataset=learnt.dataset,
        parameters={"seed": learnt.seed, **asdict(learnt.recipe), "measure": variant.metric},
        metrics=metrics,
        fingerprint=learnt.fingerprint,
        code_version=registries.code_version(),
        files={
            "recommenders.csv": table.round(6).to_csv().encode(),
            "model_card.md": card.variant_card(name, table, reason).encode(),
            **card.interface(),
        },
    )
    return decided(registry, training, passes, reason, variant.metric)


def judge(name: str, learnt: Learnt) -> tuple[bool, str, dict[str, float]]:
    """Say whether a variant passes, why, and what was measured."""
    from ml.recommendations import metrics

    variant, compared = VARIANTS[name], learnt.compared
    assert compared is not None
    ours, theirs, popular = (compared.of(each) for each in (name, learnt.recommender, POPULAR))
    everyone = np.ones(len(compared.levels), dtype=bool)
    rows = learnt.is_high_value if variant.high_value else everyone

    def money(judged: Judged) -> NDArray[np.float64]:
        return (judged.margin if variant.measure == "margin" else judged.value)[rows]

    gain = metrics.estimate(money(ours) - money(theirs), seed=learnt.seed)
    recall = metrics.estimate((ours.recall() - popular.recall())[rows], seed=learnt.seed)
    reason = (
        f"{variant.metric}: {card.told(gain)} against the recommender, of {int(rows.sum())} "
        f"customers; recall_at_10 {card.told(recall)} against popularity"
    )
    found = {
        variant.metric: float(money(ours).mean()),
        f"{HYBRID}_{variant.metric}": float(money(theirs).mean()),
        "recall_at_10": float(ours.recall()[rows].mean()),
        f"{HYBRID}_recall_at_10": float(theirs.recall()[rows].mean()),
        f"{POPULAR}_recall_at_10": float(popular.recall()[rows].mean()),
        "measured_customers": float(rows.sum()),
    }
    return gain.low > 0 and recall.high >= 0, reason, found
