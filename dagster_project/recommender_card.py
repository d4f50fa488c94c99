"""The model card of a recommender: what it is for, how good it is, and for whom it is not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

if TYPE_CHECKING:
    import pandas as pd

    from dagster_project.recommender_inputs import Recipe

TEMPLATE = Path(__file__).with_name("recommender_card.md")
SHOWN = ("recall_at_5", "recall_at_10", "recall_at_20", "ndcg_at_10", "value_at_10", "coverage")


def model_card(
    table: pd.DataFrame, levels: pd.DataFrame, weights: pd.DataFrame, recipe: Recipe, reason: str
) -> str:
    """Write the card as Markdown, from what was measured."""
    environment = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True)  # noqa: S701  # Markdown, of our own figures
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        table=_markdown(table[list(SHOWN)]),
        levels=_markdown(levels),
        weights=_markdown(weights),
        recipe=recipe,
        reason=reason,
    )


def _markdown(frame: pd.DataFrame) -> str:
    lines = [
        "| " + " | ".join([str(frame.index.name or ""), *map(str, frame.columns)]) + " |",
        "|" + " --- |" * (1 + len(frame.columns)),
    ]
    lines += [
        "| " + " | ".join([str(name), *(f"{value:.4g}" for value in row)]) + " |"
        for name, row in zip(frame.index, frame.to_numpy(), strict=True)
    ]
    return "\n".join(lines)
