"""A backtest as one HTML page that needs nothing from outside, and names no customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.publish import small_groups
from dagster_project.reports import page

if TYPE_CHECKING:
    from pathlib import Path

    from dagster_project.backtests.backtest import Backtest


def write(reports: Path, found: Backtest) -> Path:
    """Write ``backtest_<segment>.html`` and return its path."""
    import pandas as pd

    from ml import backtest_pictures

    shown = [row for row in found.overlap if row["jaccard"] is not None]
    names = [row["segment"] for row in shown]
    values = [float(row["jaccard"]) for row in shown]
    sizes = pd.DataFrame(found.sizes).astype(dict.fromkeys(("size", "entered", "left"), float))
    text = page.render(
        "backtest.html",
        found=found,
        least=small_groups.minimum(),
        first=found.sizes[0]["as_of"],
        last=found.sizes[-1]["as_of"],
        sizes_picture=page.picture(backtest_pictures.size_over_time(sizes)),
        overlap_picture=page.picture(backtest_pictures.shares(names, values)),
    )
    return page.write(reports / f"backtest_{found.segment}.html", text)
