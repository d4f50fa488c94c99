"""A backtest as one HTML page that needs nothing from outside, and names no customer."""

from __future__ import annotations

import base64
from importlib import resources
from typing import TYPE_CHECKING

import jinja2

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

    names = [row["segment"] for row in found.overlap]
    values = [float(row["jaccard"]) for row in found.overlap]
    template = resources.files("dagster_project.backtests").joinpath("report.html")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(template.read_text(encoding="utf-8")).render(
        found=found,
        first=found.sizes[0]["as_of"],
        last=found.sizes[-1]["as_of"],
        sizes_picture=_inline(backtest_pictures.size_over_time(pd.DataFrame(found.sizes))),
        overlap_picture=_inline(backtest_pictures.shares(names, values)),
    )


def _inline(png: bytes) -> str:
    return base64.b64encode(png).decode()
