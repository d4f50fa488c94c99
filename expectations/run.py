"""Running suites on the warehouse, the rows staying in DuckDB."""

from __future__ import annotations

import logging
import statistics
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from expectations import dialect
from expectations.suite import QUERY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from great_expectations.core import ExpectationValidationResult
    from great_expectations.datasource.fluent import SQLDatasource

    from expectations.suite import Expectation, Severity, Suite


class CheckError(RuntimeError):
    """A suite could not be run: nothing is known of the data."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one expectation found; counts, never a value of a row.

    ``observed`` is what an expectation about the whole table measured, such as its row count.
    """

    suite: str
    expectation: str
    description: str
    passed: bool
    severity: Severity
    observed: float | None
    unexpected_count: int | None
    element_count: int | None

    @property
    def is_blocking(self) -> bool:
        """Whether what is downstream must not run."""
        return not self.passed and self.severity == "critical"


def validate(
    database: Path,
    suites: Sequence[Suite],
    *,
    history: Mapping[tuple[str, str], Sequence[float]] | None = None,
    memory_limit: str = "2GB",
) -> list[Result]:
    """Run suites on a DuckDB file, opened read-only, and leave it free.

    ``history`` holds what earlier runs observed, by suite and expectation. Raises ``CheckError``
    where a relation is absent, or an expectation could not be evaluated.
    """
    if not database.is_file():
        raise CheckError(f"there is no database at {database}")
    config: dict[str, Any] = {"memory_limit": memory_limit}
    with duckdb.connect(str(database), read_only=True, config=config) as connection:
        _require_relations(connection, database.name, suites)
        with _datasource(connection) as source:
            return [
                result
                for suite in suites
                for result in _validate_suite(source, suite, history or {})
            ]


def applied(
    expectation: Expectation, earlier: Sequence[float]
) -> tuple[dict[str, object], Severity]:
    """Give an expectation's arguments and severity in the light of what was observed before."""
    arguments = dict(expectation.arguments)
    like = expectation.like_before
    if like is None:
        return arguments, expectation.severity
    if len(earlier) < like.runs:
        return arguments, "warning"
    usual = statistics.median(earlier[-like.runs :])
    if like.low is not None:
        arguments["min_value"] = int(usual * like.low)
    if like.high is not None:
        arguments["max_value"] = int(usual * like.high)
    return arguments, expectation.severity


def _validate_suite(
    source: SQLDatasource,
    suite: Suite,
    history: Mapping[tuple[str, str], Sequence[float]],
) -> Iterator[Result]:
    import great_expectations as gx
    from great_expectations import expectations as gxe

    with warnings.catch_warnings():
        # a schema per data source, which it would rather have, is a data source per suite
        warnings.filterwarnings("ignore", "`schema_name` is deprecated", DeprecationWarning)
        asset = source.add_table_asset(
            suite.relation, table_name=suite.table, schema_name=suite.schema
        )
    batch = asset.add_batch_definition_whole_table("whole").get_batch()
    by_name = {}
    claims = []
    for expectation in suite.expectations:
        earlier = history.get((suite.relation, expectation.name), ())
        arguments, severity = applied(expectation, earlier)
        by_name[expectation.name] = (expectation, severity)
        meta = {"name": expectation.name, "severity": severity}
        claims.append(getattr(gxe, expectation.kind)(**arguments, meta=meta))
    outcome = batch.validate(
        gx.ExpectationSuite(name=suite.relation, expectations=claims),
        # the counts, and none of the values that were not expected
        result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
    )
    found = {
        item.expectation_config.meta["name"]: item
        for item in outcome.results
        if item.expectation_config is not None and item.expectation_config.meta is not None
    }
    for name, (expectation, severity) in by_name.items():
        item = found[name]
        _raise_if_not_run(suite, name, item.exception_info)
        yield _result(suite, expectation, severity, item)


def _result(
    suite: Suite, expectation: Expectation, severity: Severity, item: ExpectationValidationResult
) -> Result:
    details = item.result or {}
    if expectation.kind == QUERY:
        unexpected, observed = details.get("observed_value"), None
    else:
        unexpected, observed = details.get("unexpected_count"), details.get("observed_value")
        if details.get("element_count") == 0:
            unexpected = 0
    return Result(
        suite=suite.relation,
        expectation=expectation.name,
        description=expectation.description,
        passed=bool(item.success),
        severity=severity,
        observed=None if observed is None else float(observed),
        unexpected_count=unexpected,
        element_count=details.get("element_count"),
    )


def _raise_if_not_run(suite: Suite, name: str, info: Mapping[str, Any] | None) -> None:
    """Great Expectations reports an error as a failure; keyed by metric, or plainly."""
    entries = [info or {}] if "raised_exception" in (info or {}) else list((info or {}).values())
    for entry in entries:
        if entry.get("raised_exception"):
            message = str(entry.get("exception_message", "")).split("\n[SQL", 1)[0]
            raise CheckError(f"{suite.relation}: {name} could not be evaluated: {message}")


def _require_relations(
    connection: duckdb.DuckDBPyConnection, database: str, suites: Sequence[Suite]
) -> None:
    for suite in suites:
        found = connection.execute(dialect.COLUMNS, [suite.schema, suite.table]).fetchall()
        if not found:
            raise CheckError(
                f"suite {suite.relation}: there is no such table or view in {database}"
            )


@contextmanager
def _datasource(connection: duckdb.DuckDBPyConnection) -> Iterator[SQLDatasource]:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    with dialect.serving(connection):
        source = context.data_sources.add_sql(
            "warehouse", connection_string=dialect.URL, create_temp_table=False
        )
        try:
            yield source
        finally:
            source.get_execution_engine().engine.dispose()
