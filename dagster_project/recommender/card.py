"""The model card of a recommender: what it is for, how good it is, and for whom it is not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from dagster_project.models import run_files
from dagster_project.models.catalogue import DESCRIPTIONS
from dagster_project.models.trial_runs import Trial

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from dagster_project.recommender.inputs import Recipe
    from ml.recommendations.metrics import Estimate

TEMPLATE = Path(__file__).with_name("card.md")
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


def variant_card(name: str, table: pd.DataFrame, reason: str) -> str:
    """Write the card of a variant of the recommender as Markdown."""
    lines = [
        f"# {name}",
        "",
        DESCRIPTIONS[name],
        "",
        "An offer to whoever prefers its measure: `ml.recommendations` serves the recommender.",
        "",
        f"**Decision:** {reason}.",
        "",
        _markdown(table[[*SHOWN, "margin_at_10"]]),
        "",
        "**Limits.** Those of the recommender, and: what is dearer is shown more, also to those "
        "who would rather have something else; prices and margins are those of today.",
        "",
    ]
    return "\n".join(lines)


def told(gain: Estimate) -> str:
    """Say how much is gained, and between which values that lies but for chance."""
    return f"{gain.mean:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})"


def trials(tried: Mapping[str, pd.DataFrame], best: int = 2) -> list[Trial]:
    """Give the best trials of each search; all of them are a table of the run."""
    found = []
    for name, frame in tried.items():
        for number, row in frame.nlargest(best, "recall").iterrows():
            parameters = {str(key): value for key, value in row.items() if key != "recall"}
            found.append(
                Trial(
                    f"{name}, trial {number}",
                    {"component": name, **parameters},
                    {"recall": float(row["recall"])},
                )
            )
    return sorted(found, key=lambda trial: -trial.metrics["recall"])


def interface() -> dict[str, bytes]:
    """Say what goes in and what comes out, with an example of nobody and of no product."""
    inputs = [("customer_id", "string"), ("product_id", "string"), ("weight", "double"),
              ("at", "datetime")]  # fmt: skip
    outputs = [("rank", "integer"), ("product_id", "string"), ("score", "double")]
    signature = {
        "inputs": [{"name": name, "type": kind, "required": True} for name, kind in inputs],
        "outputs": [{"name": name, "type": kind} for name, kind in outputs],
    }
    example = [
        {"customer_id": "nobody", "product_id": f"made up {place}", "weight": weight, "at": at}
        for place, (weight, at) in enumerate(
            [(1.0, "2026-01-01T00:00:00"), (3.0, "2026-01-02T00:00:00")]
        )
    ]
    return run_files.interface(signature, example)


def _markdown(frame: pd.DataFrame) -> str:
    lines = [
        "| " + " | ".join([str(frame.index.name or ""), *map(str, frame.columns)]) + " |",
        "|" + " --- |" * (1 + len(frame.columns)),
    ]
    lines += [
        "| " + " | ".join([str(name), *(f"{value:.6g}" for value in row)]) + " |"
        for name, row in zip(frame.index, frame.to_numpy(), strict=True)
    ]
    return "\n".join(lines)
