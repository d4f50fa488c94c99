"""Speed of models as ratios, all measured in one run on one machine: ``make bench-models``."""

import argparse
import json
import multiprocessing
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.measure import measure

SEED = 7
PEOPLE, PRODUCTS, TAKEN = 20_000, 3_000, 50  # interactions of each customer
PAIRS = 7
FEATURES, GROUPS = 30, 7
AS_OF = pd.Timestamp("2026-04-01")


def main() -> None:
    """Measure each part in a process of its own, or run the one that is named."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("part", nargs="?", choices=sorted(PARTS))
    arguments.add_argument("--out", type=Path, help="where a part writes its figures")
    arguments.add_argument("--customers", type=int, default=1_000_000, help="to be grouped")
    given = arguments.parse_args()
    if given.part is not None:
        given.out.write_text(json.dumps(PARTS[given.part](given.customers)))
        return
    print(
        f"{multiprocessing.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, numpy {np.__version__}"
    )
    figures = {part: _measured(part, given.customers) for part in PARTS}
    als, scoring, clusters = (figures[name] for name in ("als", "scoring", "clusters"))
    _row("ALS ÷ implicit called bare, time", f"{als['ratio']:.3f}")
    _row("the same, CPU time", f"{als['cpu_ratio']:.3f}")
    _row("ALS, bare", f"{als['ours']:.2f} s, {als['bare']:.2f} s, {_peak(als)}")
    _row("of which summing interactions", f"{als['matrix']:.3f} s")
    told = f"{scoring['customers'] / scoring['seconds']:,.0f} customers/s, {_peak(scoring)}"
    _row(f"scoring by all {scoring['components']} components", told)
    _row("the same on one thread", f"{scoring['customers'] / scoring['alone']:,.0f} customers/s")
    _row(f"grouping {clusters['customers']:,} x {FEATURES}", f"{clusters['search']:.1f} s, chosen "
         f"{clusters['chosen']}, {_peak(clusters)}")  # fmt: skip
    _row("assigning them", f"{clusters['customers'] / clusters['assign']:,.0f} customers/s")
    _row("one K-Means of scikit-learn on them, bare", f"{clusters['bare']:.1f} s")
    _row("search ÷ one bare K-Means, time", f"{clusters['search'] / clusters['bare']:.1f}")
    print(json.dumps(figures))


def als(customers: int) -> dict[str, Any]:
    """Fit ours and implicit's on the same matrix, in pairs: load of others takes both alike.

    What ours does besides is to sum the decayed interactions to a matrix.
    """
    del customers
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    from ml.recommendations.factors import Als

    known = _interactions()
    ours = Als(threads=multiprocessing.cpu_count())
    matrix = known.matrix(ours.half_life_days)
    catalogue = pd.DataFrame(index=known.products)

    def bare() -> None:
        with threadpool_limits(1, "blas"):
            AlternatingLeastSquares(
                factors=ours.factors,
                regularization=ours.regularization,
                alpha=ours.alpha,
                iterations=ours.iterations,
                num_threads=ours.threads,
                random_state=SEED,
            ).fit(matrix, show_progress=False)

    def own() -> None:
        ours.fit(known, catalogue, seed=SEED)

    timed = [_paired(own, bare, own_first=bool(turn % 2)) for turn in range(PAIRS)]
    return {
        "ratio": statistics.median(first[0] / second[0] for first, second in timed),
        "cpu_ratio": statistics.median(first[1] / second[1] for first, second in timed),
        "ours": statistics.median(first[0] for first, _ in timed),
        "bare": statistics.median(second[0] for _, second in timed),
        "matrix": statistics.median(
            _seconds(lambda: known.matrix(ours.half_life_days)) for _ in range(PAIRS)
        ),
    }


def scoring(customers: int) -> dict[str, Any]:
    """Score every customer by a hybrid in which every component has a say."""
    del customers
    from ml.recommendations import mixing, ranking
    from ml.recommendations.hybrid import Hybrid
    from ml.recommendations.lineup import HYBRID, lineup

    known = _interactions()
    catalogue = pd.DataFrame(
        {"name": "", "category": "", "brand": "", "price": 1.0}, index=known.products
    )
    models = lineup()
    components = {name: models[name] for name in HYBRID}
    hybrid = Hybrid(components, mixing.untrained(list(components)))
    model = hybrid.fit(known, catalogue, seed=SEED)

    def score(threads: int) -> None:
        scorer = model.scorer(known)
        batches = ranking.batches(*known.shape)
        for _ in ranking.ahead(
            batches, lambda rows: ranking.first_places(scorer(rows), 10), threads=threads
        ):
            pass

    return {
        "customers": len(known.customers),
        "components": len(components),
        "alone": _seconds(lambda: score(1)),
        "seconds": _seconds(lambda: score(multiprocessing.cpu_count())),
    }


def clusters(customers: int) -> dict[str, Any]:
    """Prepare, search and group customers, then assign them all."""
    from sklearn.cluster import KMeans

    from ml.clusters import search
    from ml.clusters.preparation import Feature, Recipe

    chance = np.random.default_rng(SEED)
    centres = chance.normal(0, 1, (GROUPS, FEATURES))
    group = chance.integers(0, GROUPS, customers)
    frame = pd.DataFrame(
        {
            f"f{place}": np.exp(centres[group, place] + chance.normal(0, 0.7, customers))
            for place in range(FEATURES)
        }
    )
    recipe = Recipe(tuple(Feature(name, name) for name in frame.columns))
    started = time.monotonic()
    found = search.choose(frame, {"all": recipe}, seed=SEED)
    searched = time.monotonic() - started
    prepared, shape = found.preparation, found.shape
    assert prepared is not None
    assert shape is not None
    assert found.algorithm is not None
    started = time.monotonic()
    shape.nearest(prepared.project(prepared.scaled(frame)))
    assigned = time.monotonic() - started
    values = np.log(frame.to_numpy())
    bare = _seconds(lambda: KMeans(GROUPS, n_init=4, random_state=SEED).fit(values))
    return {
        "customers": customers,
        "search": searched,
        "assign": assigned,
        "bare": bare,
        "chosen": found.algorithm.name,
    }


PARTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "als": als,
    "scoring": scoring,
    "clusters": clusters,
}


def _interactions() -> Any:  # noqa: ANN401 - read only here
    from ml.recommendations.interactions import read

    chance = np.random.default_rng(SEED)
    rows = PEOPLE * TAKEN
    wanted = PRODUCTS * chance.random(rows) ** 2  # a few products are wanted most
    frame = pd.DataFrame(
        {
            "customer_id": np.char.add("c", chance.integers(0, PEOPLE, rows).astype(str)),
            "product_id": np.char.add("p", wanted.astype(int).astype(str)),
            "weight": chance.choice([1.0, 3.0, 5.0], rows),
            "at": AS_OF - pd.to_timedelta(chance.integers(0, 300 * 24, rows), unit="h"),
        }
    )  # fmt: skip
    return read(frame, as_of=AS_OF)


def _seconds(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def _paired(
    ours: Callable[[], object], theirs: Callable[[], object], *, own_first: bool
) -> tuple[tuple[float, float], tuple[float, float]]:
    if own_first:
        return _cost(ours), _cost(theirs)
    second = _cost(theirs)
    return _cost(ours), second


def _cost(work: Callable[[], object]) -> tuple[float, float]:
    """Give seconds passed, and seconds of CPU, which others' load hardly moves."""
    before = time.process_time()
    passed = _seconds(work)
    return passed, time.process_time() - before


def _measured(part: str, customers: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="tessera-bench-") as folder:
        out = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "bench.models", part, "--out", str(out)]
        cost = measure([*command, "--customers", str(customers)], {"OPENBLAS_NUM_THREADS": "1"})
        figures: dict[str, Any] = json.loads(out.read_text())
    return figures | {"peak_bytes": cost.peak_bytes}


def _peak(figures: dict[str, Any]) -> str:
    return f"peak {figures['peak_bytes'] / 2**30:.2f} GiB"


def _row(name: str, value: str) -> None:
    print(f"{name:<48} {value}", flush=True)


if __name__ == "__main__":
    main()
