"""What is predicted of one customer, and the features that decided."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.statements import statement
from edge.published import open_newest

if TYPE_CHECKING:
    from dagster_project.settings import Settings

PACKAGE = "dagster_project.predictions"


@dataclass(frozen=True, slots=True)
class Contribution:
    """A feature, its value (None: unknown), and what it adds.

    To the log-odds of a probability; to the logarithm of expected orders and of a lifetime value
    where a new buyer is the origin.
    """

    feature: str
    value: float | None
    contribution: float


@dataclass(frozen=True, slots=True)
class Score:
    """A prediction of a customer by a version of a model, with its strongest contributions."""

    score: str
    value: float
    model_version: str
    contributions: tuple[Contribution, ...]


def scores(settings: Settings, customer_id: str) -> tuple[Score, ...]:
    """Read the published scores of a customer; none without a champion."""
    given = {"customer_id": customer_id}
    with open_newest(settings.published) as (_, connection):
        found = connection.execute(statement(PACKAGE, "scores_of"), given)
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return tuple(
        Score(
            score=row["score"],
            value=row["value"],
            model_version=row["model_version"],
            # a generation published by an earlier release has none
            contributions=tuple(
                Contribution(**part) for part in json.loads(row.get("contributions") or "[]")
            ),
        )
        for row in rows
    )
