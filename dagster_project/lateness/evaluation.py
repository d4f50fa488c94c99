"""Evaluating past moments again for the customers whom late events concern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from dagster_project.dbt_project import PROJECT_DIR
from dagster_project.scratch import clusters, evaluation, project
from dagster_project.statements import statement
from dagster_project.warehouse import Warehouse
from edge.statements import fill, identifier, literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import duckdb
    import pyarrow as pa

    from dagster_project.scratch.evaluation import Scratch
    from dagster_project.scratch.project import Model
    from dagster_project.settings import Settings

PACKAGE = "dagster_project.lateness"
HOLDER = "late events"
AT_ONCE = 2  # relations, each of one core for the most part


def days_back() -> int:
    """Return how far back late events are followed, a var of the dbt project."""
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    return int(project["vars"]["late_evaluation_days"])


@dataclass(frozen=True, slots=True)
class Late:
    """What late events led to: customers times moments looked at, and memberships changed."""

    arrivals: int
    moments: int
    changes: int


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that dbt reads from its first run on."""
    connection.execute(statement(PACKAGE, "tables"))


def evaluate(settings: Settings, tell: Callable[[str], None] | None = None, *, days: int) -> Late:
    """Find what events that came since the last refresh change at moments of the last days.

    Customers are evaluated as of those moments by the rules and models of today; what differs from
    what is believed goes to ``segments.late_memberships``, for the history to take up.
    """
    warehouse = Warehouse(settings)
    with warehouse.connect(HOLDER, tell) as connection:
        has_history = _value(connection, "history_tables") > 0
    if not has_history:
        project.load(settings).compile_evaluated()
        return Late(arrivals=0, moments=0, changes=0)
    with warehouse.connect(HOLDER, tell) as connection:
        if _value(connection, "forget_unused"):
            connection.execute(statement(PACKAGE, "reopen"))
        since, until = _span(connection)
        given = {"since": since, "days": days}
        arrivals = connection.execute(statement(PACKAGE, "arrivals"), given).to_arrow_table()
    moments = sorted(set(arrivals["as_of"].to_pylist()))
    changes = _changes(settings, arrivals, moments, tell) if moments else None
    with warehouse.connect(HOLDER, tell) as connection:
        if changes is not None:
            connection.register("late_changes", changes)
            connection.execute(statement(PACKAGE, "record"), {"until": until})
        connection.execute(statement(PACKAGE, "close"), {"since": since, "until": until})
    count = 0 if changes is None else changes.num_rows
    return Late(arrivals=arrivals.num_rows, moments=len(moments), changes=count)


def _changes(
    settings: Settings,
    arrivals: pa.Table,
    moments: list[datetime],
    tell: Callable[[str], None] | None,
) -> pa.Table:
    if tell is not None:
        tell(f"evaluating {len(moments)} past moments again for late events")
    with evaluation.opened(settings, HOLDER, tell) as scratch:
        scratch.at_once = min(AT_ONCE, settings.threads)
        scratch.connection.register("late_arrivals", arrivals)
        scratch.connection.execute(statement(PACKAGE, "found"))
        for batch in scratch.batches(moments):
            _find(scratch, batch, arrivals)
        return scratch.connection.execute(statement(PACKAGE, "changes")).to_arrow_table()


def _find(scratch: Scratch, moments: list[datetime], arrivals: pa.Table) -> None:
    """Evaluate the segments of the customers concerned, and what compares customers of all."""
    segments = [s for s in scratch.project.segments() if s.relation in scratch.live]
    scratch.begin(moments)
    of_all = scratch.comparing(segments)
    _find_members(scratch, of_all, moments)
    scratch.made |= {model.relation for model in of_all}
    scratch.narrow(arrivals)
    _find_members(scratch, [s for s in segments if s.relation not in scratch.made], moments)


def _find_members(scratch: Scratch, targets: list[Model], moments: list[datetime]) -> None:
    clusters.assign(scratch, targets, moments)
    scratch.lay(targets, keeps_features=True)
    for segment in (target for target in targets if target.is_segment):
        names = {"segment": literal(segment.name[4:]), "table": identifier(segment.name)}
        text = fill(statement(PACKAGE, "find"), names)
        scratch.connection.execute(text, {"moments": moments})


def _span(connection: duckdb.DuckDBPyConnection) -> tuple[datetime, datetime]:
    ((since, until),) = connection.execute(statement(PACKAGE, "since")).fetchall()
    return since, until


def _value(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    ((value,),) = connection.execute(statement(PACKAGE, name)).fetchall()
    return int(value)
