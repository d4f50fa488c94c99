"""What the champion recommends: to customers and to segments; and which products go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from dagster_project.models import registry as registries
from dagster_project.models import scoring
from dagster_project.models.scoring import Scored
from dagster_project.recommender import inputs as recommender_inputs
from dagster_project.recommender.inputs import hide
from dagster_project.recommender.training import NAME
from dagster_project.statements import statement
from edge.statements import fill, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import duckdb
    from numpy.typing import NDArray
    from scipy import sparse

    from dagster_project.models.registry import Registry, Version
    from dagster_project.recommender.inputs import Inputs
    from ml.recommendations.hybrid import HybridModel
    from ml.recommendations.interactions import Interactions

PACKAGE = "dagster_project.recommender"
TELL_EVERY = 5_000  # customers
TABLES = (
    "recommendations",
    "segment_recommendations",
    "similar_products",
    "product_associations",
)


def score(
    inputs: Inputs | None,
    customers: pd.Series,
    clusters: pd.Series,
    registry: Registry,
    *,
    count: int = 10,
    tell: Callable[[str], None] = lambda _: None,
    threads: int = 1,
) -> tuple[Scored, ...]:
    """Give the rows of every table; none without a champion or without behaviour.

    Customers are scored in batches; the rows of segments are those that the batches summed up to,
    so they must be read after those of customers.
    """
    found = registry.champion(NAME)
    if found is None or inputs is None:
        return tuple(Scored(table, (), None) for table in TABLES)
    from ml.recommendations import associations
    from ml.recommendations.interactions import read

    model, version = cast("HybridModel", found[0]), found[1]
    known = read(
        inputs.dated,
        as_of=inputs.as_of,
        customers=pd.Index(customers),
        products=model.products,
        segments=inputs.countries,
    )
    hidden = hide(inputs, known.customers, known.products)
    groups = _Groups(known.customers, clusters, len(known.products))
    bought = read(inputs.purchases, as_of=inputs.as_of, products=model.products)
    return (
        Scored(
            TABLES[0],
            _recommended(model, known, hidden, groups, count, version, tell, threads),
            version,
        ),
        Scored(TABLES[1], _of_segments(groups, known, count, version), version),
        Scored(TABLES[2], (associations.similar_products(known, inputs.catalogue),), version),
        Scored(TABLES[3], (associations.product_associations(bought),), version),
    )


def recommend(
    connection: duckdb.DuckDBPyConnection,
    registry: Registry,
    *,
    tell: Callable[[str], None] = lambda _: None,
    threads: int = 1,
) -> str:
    """Write every table, unless they were made from the same rows by the same champion.

    Returns the version they come from, in words.
    """
    version = registry.champion_version(NAME)
    label = "none: no champion yet" if version is None else version.label
    rows = "no rows" if version is None else _mark(connection)
    made_from = f"{label} {registries.hash_sources()} {rows}"
    if made_from == _noted(connection):
        tell("nothing changed since the last recommendations")
        return label
    recipe = recommender_inputs.load_recipe()
    for scored in score(
        None if version is None else recommender_inputs.read_inputs(connection, recipe),
        recommender_inputs.read_customers(connection),
        recommender_inputs.read_clusters(connection),
        registry,
        tell=tell,
        threads=threads,
    ):
        scoring.write(connection, scored)
    comment = fill(statement(PACKAGE, "note_mark"), {"mark": literal(made_from)})
    connection.execute(comment)
    return label


def _mark(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute(statement(PACKAGE, "recommended_from")).fetchone()
    assert row is not None
    return str(row[0])


def _noted(connection: duckdb.DuckDBPyConnection) -> str | None:
    row = connection.execute(statement(PACKAGE, "recommended_mark")).fetchone()
    return None if row is None else row[0]


@dataclass(frozen=True, slots=True)
class _Ranked:
    rows: NDArray[np.intp]
    places: NDArray[np.intp]
    scores: NDArray[np.float64]
    sums: Mapping[int, NDArray[np.float64]]


class _Groups:
    """Sums of the scores of a segment's customers, filled while customers are scored."""

    def __init__(self, customers: pd.Index, clusters: pd.Series, products: int) -> None:
        names = clusters.reindex(customers)
        self.codes, self.names = pd.factorize(names, sort=True)
        self.sums = np.zeros((len(self.names), products))
        self.sizes = np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))

    def sum_of(
        self, rows: NDArray[np.intp], scores: NDArray[np.float32]
    ) -> dict[int, NDArray[np.float64]]:
        """Sum the scores of some customers by segment, each on a scale from 0 to 1."""
        from ml.recommendations.hybrid import scaled

        codes, shares = self.codes[rows], scaled(scores)
        return {
            int(code): shares[codes == code].sum(axis=0, dtype=np.float64)
            for code in np.unique(codes[codes >= 0])
        }

    def add(self, sums: Mapping[int, NDArray[np.float64]]) -> None:
        """Add the sums of some customers."""
        for code, values in sums.items():
            self.sums[code] += values


def _recommended(
    model: HybridModel,
    known: Interactions,
    hidden: sparse.csr_matrix,
    groups: _Groups,
    count: int,
    version: Version,
    tell: Callable[[str], None],
    threads: int,
) -> Iterator[pd.DataFrame]:
    from ml.recommendations import ranking

    scorer, people = model.scorer(known), len(known.customers)
    sources = model.sources(known)

    def rank(rows: NDArray[np.intp]) -> _Ranked:
        scores = scorer(rows)
        best = ranking.first_places(scores, count, hidden[rows])
        return _Ranked(rows, *best, groups.sum_of(rows, scores))

    told = 0
    for batch in ranking.ahead(ranking.batches(people, len(known.products)), rank, threads=threads):
        rows, places, found = batch.rows, batch.places, batch.scores
        groups.add(batch.sums)
        is_given = places != ranking.NOBODY
        row, _ = np.nonzero(is_given)
        shown = places[is_given]
        yield pd.DataFrame(
            {
                "customer_id": known.customers.take(rows[row]),
                "rank": is_given.cumsum(axis=1)[is_given].astype(np.int32),
                "product_id": known.products.take(shown),
                "score": found[is_given],
                "source": sources(rows[row], shown, found[is_given]),
                "model_version": version.label,
            }
        )
        done = int(rows[-1]) + 1
        if done == people or done - told >= TELL_EVERY:
            told = done
            tell(f"recommended to {done:,} of {people:,} customers")


def _of_segments(
    groups: _Groups, known: Interactions, count: int, version: Version
) -> Iterator[pd.DataFrame]:
    from ml.recommendations import ranking

    means = groups.sums / np.maximum(groups.sizes, 1)[:, None]
    places, found = ranking.first_places(means.astype(np.float32), count)
    is_given = places != ranking.NOBODY
    row, _ = np.nonzero(is_given)
    yield pd.DataFrame(
        {
            "segment": pd.Index(groups.names, dtype=object).take(row),
            "rank": is_given.cumsum(axis=1)[is_given].astype(np.int32),
            "product_id": known.products.take(places[is_given]),
            "score": found[is_given],
            "customers": groups.sizes[row].astype(np.int64),
            "model_version": version.label,
        }
    )
