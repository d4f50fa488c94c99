"""A backtest as one HTML page that needs nothing from outside, and names no customer."""

from __future__ import annotations

import base64
from importlib import resources
from typing import TYPE_CHECKING

import jinja2

from dagster_project.publish import small_groups

if TYPE_CHECKING:
    from pathlib import Path

    from dagster_project.backtests.backtest import Backtest


def write(found: Backtest, reports: Path) -> Path:
    """Write ``backtest_<segment>.html`` and return its path."""
    path = reports / f"backtest_{found.segment}.html"
    partial = path.with_suffix(".part")
    partial.write_text(render(found), encoding="utf-8")
    partial.replace(path)
    return path


def render(found: Backtest) -> str:
    """Give the page."""
    import pandas as pd

    from ml import backtest_pictures

    shown = [row for row in found.overlap if row["jaccard"] is not None]
    names = [row["segment"] for row in shown]
    values = [float(row["jaccard"]) for row in shown]
    sizes = pd.DataFrame(found.sizes).astype(dict.fromkeys(("size", "entered", "left"), float))
    template = resources.files("dagster_project.backtests").joinpath("report.html")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters |= {"count": _count, "percent": _percent}
    return environment.from_string(template.read_text(encoding="utf-8")).render(
        found=found,
        least=small_groups.minimum(),
        first=found.sizes[0]["as_of"],
        last=found.sizes[-1]["as_of"],
        sizes_picture=_inline(backtest_pictures.size_over_time(sizes)),
        overlap_picture=_inline(backtest_pictures.shares(names, values)),
    )


def _count(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _inline(png: bytes) -> str:
    return base64.b64encode(png).decode()
