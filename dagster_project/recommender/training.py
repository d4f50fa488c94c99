"""Training the recommender: weights learnt on past periods, judged on the last, then recorded."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from dagster_project.models import registry as registries
from dagster_project.models.registry import Dataset, Registry, Training
from dagster_project.models.training import TrainingResult, decided, unchanged
from dagster_project.publish import small_groups
from dagster_project.recommender import card
from dagster_project.recommender import variants as recommender_variants
from dagster_project.recommender.inputs import Inputs, Recipe, hide, load_recipe
from dagster_project.recommender.variants import CHAMPION, HYBRID, POPULAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ml.recommendations.comparison import Comparison
    from ml.recommendations.folds import Fold
    from ml.recommendations.hybrid import Hybrid, HybridModel
    from ml.recommendations.interface import Algorithm

NAME = "recommender"
METRIC = "recall_at_10"
PICTURE = "recalls.png"
ACCURACY = ("precision_at_10", METRIC, "map_at_10")  # told of the rivals too
TOLD = (*ACCURACY, f"{METRIC}_low", f"{METRIC}_high", "ndcg_at_10", "coverage")
RIVALS = (CHAMPION, POPULAR, "personal_frequency", "als_bare")
RULE = (
    "the recipe learnt now replaces the champion's where its recall is higher on the same held-out "
    "days, beyond noise; else the champion's recipe is fitted to the newer data; either is "
    "promoted where it is better than popularity, beyond noise; where there is no champion yet, "
    "what is popular is recommended until then"
)


@dataclass(frozen=True, slots=True)
class _Learnt:
    hybrid: Hybrid
    trials: Mapping[str, pd.DataFrame]
    high_value: Hybrid | None = None


@dataclass(frozen=True, slots=True)
class _Choice:
    hybrid: Hybrid
    name: str
    is_promoted: bool
    reason: str


def train_recommenders(
    inputs: Inputs,
    registry: Registry,
    *,
    seed: int,
    recipe: Recipe | None = None,
    models: Mapping[str, Algorithm] | None = None,
    threads: int = 1,
    snapshot: str = "",
    variants: Sequence[str] = (),
) -> list[TrainingResult]:
    """Learn how to mix, compare with every single model and the champion's recipe, and record.

    Variants of the mix are judged on the same days; see ``variants``.
    The champion's recipe is fitted anew on what was known before the held-out days, as ours is:
    the champion itself may have learnt from the very days it would be judged on.
    """
    from ml.recommendations.interactions import read

    recipe = load_recipe() if recipe is None else recipe
    if models is None:
        models = recommender_variants.compared_models(inputs.catalogue, threads=threads)
    told = {name: f"{type(each).__name__} {_told(each)}" for name, each in sorted(models.items())}
    described = {"seed": seed, **asdict(recipe), "models": json.dumps(told)}
    dataset = _dataset(inputs, snapshot)
    mark = registries.fingerprint(NAME, dataset, described, registries.hash_sources())
    same = registry.find(NAME, mark)
    if same is not None and set(variants) <= set(same.parameters.get("variants", "").split(",")):
        kept = recommender_variants.kept(variants, registry, mark)
        return [unchanged(NAME, METRIC, same), *kept]
    counts = inputs.dated[["customer_id", "product_id"]].nunique()
    if counts.min() < 2:
        reason = (
            f"{counts['customer_id']} customers with history and {counts['product_id']} products, "
            "2 of each needed"
        )
        return [TrainingResult(name, "skipped", reason, METRIC) for name in (NAME, *variants)]
    champion = registry.champion(NAME)
    rival = _recipe_of(cast("HybridModel", champion[0])) if champion else None
    learnt = _learn(inputs, recipe, models, seed)
    others = recommender_variants.algorithms(
        variants, learnt.hybrid, learnt.high_value, inputs.catalogue
    )
    last = _fold(inputs, inputs.as_of, recipe)
    judged = {**models, HYBRID: learnt.hybrid, **others}
    compared = _compare(inputs, recipe, last, judged, rival, seed)
    choice = _choose(learnt.hybrid, rival, models[POPULAR], compared, seed)
    known = read(
        inputs.dated, as_of=inputs.as_of, products=_products(inputs), segments=inputs.countries
    )
    metrics = {} if compared is None else _metrics(compared, choice.name, seed)
    if compared is not None:
        best, gain = compared.against_best(choice.name, list(models), seed=seed)
        described |= {"best_single": best}
        metrics |= {"gain_over_best_single": gain.mean, "gain_over_best_single_low": gain.low,
                    "gain_over_best_single_high": gain.high}  # fmt: skip
    described |= {
        "components": ",".join(sorted(choice.hybrid.components)),
        "is_champions_recipe": choice.hybrid is rival,
        "variants": ",".join(sorted(variants)),
    }
    files = _files(choice, compared, recipe, seed)
    result = decided(
        registry,
        Training(
            name=NAME,
            model=choice.hybrid.fit(known, inputs.catalogue, seed=seed),
            dataset=dataset,
            parameters=described,
            metrics=metrics,
            fingerprint=mark,
            code_version=registries.code_version(),
            steps=_steps(learnt.trials),
            trials=tuple(card.trials(learnt.trials)),
            files=files
            | card.interface()
            | {f"trials_of_{name}.csv": t.to_csv().encode() for name, t in learnt.trials.items()},
        ),
        choice.is_promoted,
        f"{METRIC}: {choice.reason} ({RULE})",
        METRIC,
        {"recalls": files[PICTURE]} if PICTURE in files else None,
    )
    state = recommender_variants.Learnt(
        compared=compared,
        recommender=choice.name,
        is_high_value=_is_high_value(last, recipe, seed),
        known=known,
        catalogue=inputs.catalogue,
        dataset=dataset,
        recipe=recipe,
        fingerprint=mark,
        seed=seed,
    )
    return [
        result,
        *(recommender_variants.train(n, others.get(n), state, registry) for n in variants),
    ]


def _learn(inputs: Inputs, recipe: Recipe, models: Mapping[str, Algorithm], seed: int) -> _Learnt:
    from ml.recommendations import lineup, mixing, objectives
    from ml.recommendations.hybrid import Hybrid

    components = {name: models[name] for name in lineup.HYBRID if name in models}
    last = inputs.as_of - pd.Timedelta(days=recipe.days + recipe.gap_days)
    ends = [last - pd.Timedelta(days=recipe.days * back) for back in range(recipe.validations)]
    cut = (_fold(inputs, end, recipe) for end in reversed(ends))
    periods = [fold for fold in cut if fold is not None]
    if not periods:
        return _Learnt(Hybrid(components, mixing.untrained(list(components))), {})
    is_enough = len(periods[-1].judged()) >= recipe.fewest_searched
    trials = _search(inputs, recipe, components, periods[-1:], seed) if is_enough else {}
    found = [
        mixing.candidates(
            fold, components, inputs.catalogue, seed=seed, most_customers=recipe.most_customers
        )
        for fold in periods
    ]
    rows = [fold.judged(recipe.most_customers, seed=seed) for fold in periods]
    best = objectives.of_high_value(found, periods, rows, recipe.high_value_share)
    return _Learnt(
        Hybrid(components, mixing.learn(found, list(components))),
        trials,
        Hybrid(components, mixing.learn(best, list(components))),
    )


def _is_high_value(fold: Fold | None, recipe: Recipe, seed: int) -> NDArray[np.bool_]:
    from ml.recommendations import objectives

    if fold is None:
        return np.empty(0, dtype=bool)
    rows = fold.judged(recipe.most_customers, seed=seed)
    return objectives.is_high_value(fold, rows, recipe.high_value_share)


def _search(
    inputs: Inputs,
    recipe: Recipe,
    components: dict[str, Algorithm],
    periods: Sequence[Fold],
    seed: int,
) -> dict[str, pd.DataFrame]:
    from ml.recommendations import lineup, search

    tried = {}
    for name in lineup.TUNED:
        if name in components:
            tuned = search.tune(
                components[name],
                periods,
                inputs.catalogue,
                trials=recipe.trials,
                seed=seed,
                most_customers=recipe.most_customers,
            )
            components[name], tried[name] = tuned.algorithm, tuned.trials
    return tried


def _compare(
    inputs: Inputs,
    recipe: Recipe,
    fold: Fold | None,
    models: Mapping[str, Algorithm],
    rival: Hybrid | None,
    seed: int,
) -> Comparison | None:
    from ml.recommendations.comparison import compare

    if fold is None:
        return None
    return compare(
        models if rival is None else {**models, CHAMPION: rival},
        fold,
        inputs.catalogue,
        seed=seed,
        hidden=hide(
            _before(inputs, fold.cut - pd.Timedelta(days=recipe.gap_days), seen_from=fold.cut),
            fold.known.customers,
            fold.known.products,
        ),
        most_customers=recipe.most_customers,
    )


def _choose(
    learnt: Hybrid,
    rival: Hybrid | None,
    baseline: Algorithm,
    compared: Comparison | None,
    seed: int,
) -> _Choice:
    from ml.recommendations import knowledge, metrics
    from ml.recommendations.hybrid import Hybrid

    if compared is None:
        if rival is None:
            why = "there was no champion, nor days to measure it on"
            return _Choice(learnt, HYBRID, True, why)
        why = "no days to measure on: the champion's recipe on newer data"
        return _Choice(rival, CHAMPION, True, why)
    chosen, name, why = learnt, HYBRID, "there was no champion"
    ours = compared.of(HYBRID).recall()
    if rival is not None:
        gain = metrics.estimate(ours - compared.of(CHAMPION).recall(), seed=seed)
        why = f"{card.told(gain)} against the champion's recipe"
        if gain.low <= 0:
            chosen, name = rival, CHAMPION
    against = compared.of(name).recall() - compared.of(POPULAR).recall()
    gain = metrics.estimate(against, seed=seed)
    why += f", {card.told(gain)} against popularity"
    if gain.low <= 0 and rival is None:
        weights = {level: {POPULAR: 1.0} for level in knowledge.LEVELS}
        return _Choice(Hybrid({POPULAR: baseline}, weights), POPULAR, True, why)
    return _Choice(chosen, name, gain.low > 0, why)


def _fold(inputs: Inputs, end: pd.Timestamp, recipe: Recipe) -> Fold | None:
    from ml.recommendations import folds

    fold = folds.fold(
        inputs.dated,
        end=end,
        days=recipe.days,
        gap_days=recipe.gap_days,
        judged_on=inputs.purchases,
        segments=inputs.countries,
    )
    return fold if len(fold.judged()) and min(fold.known.shape) > 1 else None


def _before(inputs: Inputs, moment: pd.Timestamp, *, seen_from: pd.Timestamp) -> Inputs:
    return replace(
        inputs,
        as_of=seen_from,
        dated=inputs.dated[inputs.dated["at"] < moment],
        purchases=inputs.purchases[inputs.purchases["at"] < moment],
    )


def _products(inputs: Inputs) -> pd.Index:
    taken = pd.Index(inputs.dated["product_id"].unique(), dtype=object)
    products: pd.Index = taken.union(inputs.catalogue.index)
    return products


def _recipe_of(model: HybridModel) -> Hybrid:
    from ml.recommendations.hybrid import Hybrid

    return Hybrid(model.components, model.weights)


def _told(algorithm: Algorithm) -> dict[str, Any]:
    return _without_threads(asdict(cast("Any", algorithm)))


def _without_threads(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _without_threads(value) if isinstance(value, dict) else value
        for name, value in told.items()
        if name != "threads"
    }


def _dataset(inputs: Inputs, snapshot: str) -> Dataset:
    parts = (inputs.dated, inputs.purchases, inputs.catalogue.reset_index())
    hashes = [registries.hash_frame(frame) for frame in parts]
    return Dataset(
        name="marts.fct_order_lines, intermediate.int_visitor_products_evaluated",
        rows=len(inputs.dated),
        sha256=registries.hash_frame(pd.DataFrame({"part": hashes})),
        as_of=inputs.as_of.isoformat(),
        snapshot=snapshot,
    )


def _metrics(compared: Comparison, chosen: str, seed: int) -> dict[str, float]:
    table = compared.table(seed=seed)  # all of it is a file of the run
    found = {metric: float(table[metric].to_dict()[chosen]) for metric in TOLD}
    for metric in ACCURACY:
        others = table[metric].to_dict()
        found |= {f"{name}_{metric}": float(others[name]) for name in RIVALS if name in others}
    return found | {"measured_customers": float(len(compared.levels))}


def _steps(trials: Mapping[str, pd.DataFrame]) -> tuple[tuple[int, dict[str, float]], ...]:
    return tuple(
        (number, {f"{name}_recall_by_trial": float(value)})
        for name, frame in trials.items()
        for number, value in enumerate(frame["recall"])
    )


def _of_many(groups: pd.DataFrame) -> pd.DataFrame:
    """Leave out the columns of groups of too few people."""
    return groups.loc[:, groups.loc["customers"] >= small_groups.minimum()]


def _files(
    choice: _Choice, compared: Comparison | None, recipe: Recipe, seed: int
) -> dict[str, bytes]:
    from ml.recommendations import pictures
    from ml.recommendations.knowledge import LEVELS

    weights = pd.DataFrame(choice.hybrid.weights, columns=[*LEVELS]).fillna(0.0)
    weights = weights.rename_axis("component").sort_index()
    files = {"weights.csv": weights.to_csv().encode()}
    if compared is not None:
        table = compared.table(seed=seed)
        levels, segments = (
            _of_many(compared.by_group(groups, names, seed=seed)).rename_axis("model")
            for groups, names in (
                (compared.levels, LEVELS),
                (compared.segments, compared.segment_names),
            )
        )
        files[PICTURE] = pictures.recalls(table, {choice.name, *recommender_variants.VARIANTS})
        files["recommenders.csv"] = table.round(6).to_csv().encode()
        files["recall_by_segment.csv"] = segments.round(6).to_csv().encode()
        files["recall_by_knowledge.csv"] = levels.round(6).to_csv().encode()
        files["model_card.md"] = card.model_card(
            table, levels, weights, recipe, choice.reason
        ).encode()
    return files
