"""What recommenders read of the warehouse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from dagster_project.models.training import read_frame, read_moment
from dagster_project.settings import PROJECT
from dagster_project.statements import statement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb
    from scipy import sparse

    from ml.recommendations.filtering import Rule

PACKAGE = "dagster_project.recommender"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a recommender is trained and judged; weights are of a view, a cart add and a purchase.

    Each judged period has ``days``, with a gap before it; weights are learnt on ``validations``
    periods before the last one, which decides, and hyper-parameters are searched on the newest of
    these, with ``trials`` for each component that is tuned: where at least ``fewest_searched``
    customers bought something in it, for the best of several trials on few customers is noise.
    A variant is fine-tuned on ``high_value_share`` of the customers, those who took most.
    """

    weights: Mapping[str, float]
    days: int = 14
    gap_days: int = 1
    validations: int = 2
    trials: int = 4
    fewest_searched: int = 300
    most_customers: int = 4_000
    high_value_share: float = 0.2


@dataclass(frozen=True, slots=True)
class Inputs:
    """Frames as the SQL files of the same names describe them, all up to one moment.

    ``countries`` is by ``customer_id`` and ``catalogue`` by ``product_id``.
    """

    as_of: pd.Timestamp
    dated: pd.DataFrame
    purchases: pd.DataFrame
    catalogue: pd.DataFrame
    countries: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))


def load_recipe(project: Path = PROJECT) -> Recipe:
    """Take the weights from the constants of the dbt project, which features use too."""
    constants = yaml.safe_load((project / "dbt" / "dbt_project.yml").read_text(encoding="utf-8"))
    return Recipe(weights=dict(constants["vars"]["interaction_weights"]))


def read_inputs(connection: duckdb.DuckDBPyConnection, recipe: Recipe) -> Inputs | None:
    """Read everything at the moment evaluated; None without any behaviour."""
    as_of = read_moment(connection)
    if as_of is None:
        return None
    return Inputs(
        as_of=pd.Timestamp(as_of),
        dated=read_dated_interactions(connection, recipe),
        purchases=_frame(connection, "dated_purchases"),
        catalogue=_frame(connection, "catalogue").set_index("product_id"),
        countries=_frame(connection, "countries").set_index("customer_id")["country"],
    )


def read_dated_interactions(connection: duckdb.DuckDBPyConnection, recipe: Recipe) -> pd.DataFrame:
    """Read ``customer_id``, ``product_id``, ``weight`` as on the day, and that day as ``at``."""
    return _frame(connection, "dated_interactions", recipe.weights)


def read_customers(connection: duckdb.DuckDBPyConnection) -> pd.Series:
    """Read the id of every customer who has features, sorted."""
    return _frame(connection, "customers")["customer_id"]


def read_clusters(connection: duckdb.DuckDBPyConnection) -> pd.Series:
    """Read the name of each customer's cluster, by ``customer_id``."""
    return _frame(connection, "clusters").set_index("customer_id")["label"]


def hide(
    inputs: Inputs, customers: pd.Index, products: pd.Index, rule: Rule | None = None
) -> sparse.csr_matrix:
    """Mark what may not be shown to whom, by what was bought up to the moment of the inputs."""
    from ml.recommendations import filtering
    from ml.recommendations.interactions import read

    rule = filtering.Rule() if rule is None else rule
    moment = inputs.as_of
    bought = read(inputs.purchases, as_of=moment, customers=customers, products=products)
    taken = read(inputs.dated, as_of=moment, customers=customers, products=products)
    is_repeatable = filtering.repeatable(bought, inputs.catalogue["category"], rule)
    is_available = filtering.available(taken, rule)
    return filtering.hidden(bought, is_repeatable, is_available)


def _frame(
    connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    return read_frame(connection, statement(PACKAGE, name), values)
