"""The k-anonymity guard: what a group of too few people would tell of them is published as null."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import yaml

from dagster_project.dbt_project import PROJECT_DIR
from dagster_project.statements import statement
from edge.statements import fill, identifier

PACKAGE = "dagster_project.publish"


@dataclass(frozen=True, slots=True)
class Group:
    """How a row counts its people, and which columns say something of them.

    ``hides`` maps a count to the columns that are null where it is small, itself included;
    ``keeps``, where given, are all that stay where ``by`` is small. ``drops`` leaves the row out.
    """

    by: str
    hides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keeps: frozenset[str] | None = None
    drops: bool = False


OF_ALL = "_of_all"  # what is said of all customers says nothing of a few
GROUPS = {
    "segments.dim_segments": Group("size", {"size": ("share",)}),
    "segments.fct_segment_sizes": Group("size", {"size": ("share",)}),
    "segments.fct_segment_health": Group(
        "size",
        {
            "members_entered": (),
            "members_left": ("churn_share",),
            "size_week_ago": ("size_change_share", "stability_share"),
        },
        keeps=frozenset(
            {
                "segment",
                "as_of",
                "previous_as_of",
                "week_ago_as_of",
                "min_size",
                "is_too_small",
                "is_larger_than_parent",
                "days_to_review",
            }
        ),
    ),
    "segments.fct_segment_overlaps": Group(
        "intersection",
        {
            "size_a": ("jaccard", "share_of_smaller"),
            "size_b": ("jaccard", "share_of_smaller"),
            "intersection": ("jaccard", "share_of_smaller"),
        },
    ),
    "ml.segment_recommendations": Group("customers", drops=True),
    "ml.product_associations": Group("baskets", {"baskets": ("support", "confidence", "lift")}),
}


@cache
def minimum() -> int:
    """Return how many people a group needs to be shown, from the vars of the dbt project."""
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    return int(project["vars"]["minimum_group_size"])


def is_small(count: float) -> bool:
    """Say whether these are too few people to be spoken of; nobody is not."""
    return 0 < round(count) < minimum()


def least_shown() -> int:
    """Return how many people a group needs for its figures in a report: of fewer, chance tells."""
    return max(10, minimum())


def source(name: str, columns: tuple[str, ...], relation: str) -> str:
    """Return the query of what may be published of a relation: itself, but for small groups."""
    group = GROUPS.get(name)
    values = {"relation": relation, "minimum": str(minimum())}
    if group is None or group.by not in columns:
        return fill(statement(PACKAGE, "whole"), values)
    if group.drops:
        return fill(statement(PACKAGE, "large_groups"), {**values, "by": identifier(group.by)})
    governed = {column: _counts(group, column, columns) for column in columns}
    replaced = [
        fill(
            statement(PACKAGE, "hidden"),
            {
                "column": identifier(column),
                "is_small": " or ".join(_small(count) for count in counts),
            },
        )
        for column, counts in governed.items()
        if counts
    ]
    return fill(statement(PACKAGE, "guarded"), {**values, "replaced": ", ".join(replaced)})


def _counts(group: Group, column: str, columns: tuple[str, ...]) -> list[str]:
    """Return the counts that a column is hidden by."""
    found = [
        count
        for count, figures in group.hides.items()
        if count in columns and column in (count, *figures)
    ]
    if group.keeps is not None and column not in group.keeps and not column.endswith(OF_ALL):
        found.append(group.by)
    return found


def _small(count: str) -> str:
    return f"{identifier(count)} between 1 and {minimum() - 1}"
