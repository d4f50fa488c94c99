"""Suites and expectations as values: they are listed without the seconds that GX takes to load."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity = Literal["critical", "warning"]

NOT_NULL = "ExpectColumnValuesToNotBeNull"
UNIQUE = "ExpectColumnValuesToBeUnique"
UNIQUE_TOGETHER = "ExpectCompoundColumnsToBeUnique"
IN_SET = "ExpectColumnValuesToBeInSet"
BETWEEN = "ExpectColumnValuesToBeBetween"
LENGTH_BETWEEN = "ExpectColumnValueLengthsToBeBetween"
ROW_COUNT_BETWEEN = "ExpectTableRowCountToBeBetween"
QUERY = "UnexpectedRowsExpectation"


@dataclass(frozen=True, slots=True)
class LikeBefore:
    """Bounds learnt from earlier runs: the median of what they observed, times these.

    With fewer than ``runs`` of them there are no bounds and the expectation can only warn.
    """

    low: float | None = None
    high: float | None = None
    runs: int = 3


@dataclass(frozen=True, slots=True)
class Expectation:
    """One claim about a table.

    ``name`` is stable: histories and asset checks go by it. ``kind`` is the class of
    ``great_expectations.expectations``. A critical one that fails stops what is downstream.
    """

    name: str
    description: str
    kind: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = "critical"
    like_before: LikeBefore | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """What must hold of one relation before the next stage may read it."""

    relation: str
    expectations: tuple[Expectation, ...]

    @property
    def schema(self) -> str:
        """The first part of the relation's name."""
        return self.relation.split(".")[0]

    @property
    def table(self) -> str:
        """The second part of the relation's name."""
        return self.relation.split(".")[1]


def no_rows(
    name: str, description: str, severity: Severity = "critical", query: str | None = None
) -> Expectation:
    """Expect that a query, in ``queries/``, finds no row; what it finds is counted, never read."""
    folder = resources.files("expectations") / "queries"
    text = (folder / f"{query or name}.sql").read_text(encoding="utf-8")
    return Expectation(name, description, QUERY, {"unexpected_rows_query": text}, severity)
