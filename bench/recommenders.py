"""All recommenders on a real shop's later purchases: ``python -m bench.recommenders FILE``."""

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from ml.recommendations import folds, knowledge, metrics, mixing
from ml.recommendations.comparison import MAIN, PLACES, Comparison, compare
from ml.recommendations.folds import Fold
from ml.recommendations.hybrid import Hybrid, Weights
from ml.recommendations.interface import Algorithm
from ml.recommendations.lineup import HYBRID, TUNED, lineup
from ml.recommendations.objectives import of_high_value
from ml.recommendations.search import tune

READ = (Path(__file__).parent / "online_retail.sql").read_text()
DAYS, GAP_DAYS, VALIDATIONS = 30, 1, 3
SEED = 20_260_101
HIGH_VALUE_SHARE = 0.2
BASELINES = ("popular", "personal_frequency", "personal_then_popular", "als_bare")


@dataclass(frozen=True, slots=True)
class Shop:
    """Purchases, what is sold, and which country a customer buys from."""

    purchases: pd.DataFrame
    catalogue: pd.DataFrame
    countries: pd.Series


def main() -> None:
    """Tune on validation periods, report on the last one."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("file", type=Path, help="the UCI set 352 as Parquet")
    arguments.add_argument("--days", type=int, default=DAYS, help="length of a judged period")
    arguments.add_argument("--trials", type=int, default=0, help="of each search; 0 for none")
    given = arguments.parse_args()
    found, weights = run(read(given.file), days=given.days, trials=given.trials)
    table = found.table(seed=SEED)
    shown = [f"recall_at_{k}" for k in PLACES] + [f"recall_at_{MAIN}_low", f"recall_at_{MAIN}_high"]
    shown += [f"{name}_at_{MAIN}" for name in metrics.ACCURACY if name != "recall"]
    shown += [f"value_at_{MAIN}", "coverage", "novelty", "diversity"]
    print(table[shown].round(4).to_string())
    print(f"\nrecall@{MAIN} by how much is known of a customer")
    print(found.by_group(found.levels, knowledge.LEVELS, seed=SEED).round(4).to_string())
    print(f"\nrecall@{MAIN} by country")
    print(
        found.by_group(found.segments, found.segment_names, seed=SEED)
        .round(4)
        .iloc[:, :9]
        .to_string()
    )
    print("\nweights learnt on validation")
    print(pd.DataFrame(weights).fillna(0.0).round(3).to_string())
    print("\nwith 95 % intervals, paired by customer")
    for line in (*ratios(found, "everyone"), *ratios(warm(found), "who bought before")):
        print(line)
    print(json.dumps({"recall": table[f"recall_at_{MAIN}"].round(4).to_dict()}))


def read(path: Path) -> Shop:
    """Read the goods that known customers bought."""
    with duckdb.connect() as connection:
        frame = connection.execute(READ, {"path": str(path)}).df()
    catalogue = frame.groupby("product_id").agg(name=("name", "max"), price=("price", "median"))
    catalogue["category"], catalogue["brand"] = None, None
    catalogue["margin_share"] = None  # the set says nothing of margins
    countries = frame.groupby("customer_id")["country"].max()
    return Shop(frame[["customer_id", "product_id", "weight", "at"]], catalogue, countries)


def cut(shop: Shop, *, days: int) -> tuple[list[Fold], Fold]:
    """Cut validation periods, and after all of them the period reported on."""
    end = shop.purchases["at"].max().normalize() + pd.Timedelta(days=1)
    final = folds.fold(
        shop.purchases, end=end, days=days, gap_days=GAP_DAYS, segments=shop.countries
    )
    validation = folds.rolling(
        shop.purchases,
        end=final.cut - pd.Timedelta(days=GAP_DAYS),
        days=days,
        count=VALIDATIONS,
        gap_days=GAP_DAYS,
        segments=shop.countries,
    )
    return validation, final


def run(shop: Shop, *, days: int = DAYS, trials: int = 0) -> tuple[Comparison, Weights]:
    """Learn the weights of the hybrid on validation, and judge every model on the last period."""
    validation, final = cut(shop, days=days)
    models: dict[str, Algorithm] = dict(lineup())
    components = {name: models[name] for name in HYBRID}
    for name in TUNED if trials else ():
        tuned = tune(models[name], validation, shop.catalogue, trials=trials, seed=SEED)
        components[name] = tuned.algorithm
        models[f"{name}_tuned"] = tuned.algorithm
        print(f"{name}: {tuned.trials.loc[0, 'recall']:.4f} to {tuned.trials['recall'].max():.4f}")
        print(f"    {tuned.algorithm}")
    found = [mixing.candidates(each, components, shop.catalogue, seed=SEED) for each in validation]
    weights = mixing.learn(found, HYBRID)
    models["hybrid"] = Hybrid(components, weights)
    rows = [each.judged(mixing.MOST_CUSTOMERS, seed=SEED) for each in validation]
    best = of_high_value(found, validation, rows, HIGH_VALUE_SHARE)
    models["hybrid_high_value"] = Hybrid(components, mixing.learn(best, HYBRID))
    return compare(models, final, shop.catalogue, seed=SEED), weights


def warm(found: Comparison) -> Comparison:
    """Keep the customers of whom anything was known."""
    is_kept = found.levels > 0
    return Comparison(
        tuple(
            replace(
                each,
                accuracy={
                    k: {name: values[is_kept] for name, values in measures.items()}
                    for k, measures in each.accuracy.items()
                },
                value=each.value[is_kept],
                margin=each.margin[is_kept],
            )
            for each in found.judged
        ),
        found.levels[is_kept],
        found.segments[is_kept],
        found.segment_names,
    )


def ratios(found: Comparison, who: str) -> list[str]:
    """Compare the hybrid's recall with that of the baselines and of the best single model."""
    ours = found.of("hybrid").recall()
    singles = [each for each in found.judged if not each.name.startswith("hybrid")]
    best = max(singles, key=lambda each: float(np.mean(each.recall()))).name
    lines = []
    for name in dict.fromkeys((*BASELINES, best)):
        ratio = metrics.estimate_ratio(ours, found.of(name).recall(), seed=SEED)
        lines.append(
            f"{who}: hybrid / {name} = {ratio.mean:.3f} ({ratio.low:.3f} to {ratio.high:.3f})"
        )
    return lines


if __name__ == "__main__":
    main()
