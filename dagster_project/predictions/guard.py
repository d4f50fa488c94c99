"""Whether features know the future: evaluated twice, the second time without what came later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.predictions.examples import CUSTOMERS, PACKAGE
from dagster_project.scratch.arrival import RAW
from dagster_project.statements import statement
from edge.statements import fill, literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pandas as pd

    from dagster_project.scratch.evaluation import Scratch


def know_the_future(scratch: Scratch, moment: datetime, columns: Sequence[str]) -> list[str]:
    """Name the features of customers that change when all that came after a moment is taken away.

    Everything is made anew from the raw rows, so it costs as much as a first refresh. Identities
    stay those of today: they are the one thing that may be learnt later.
    """
    from ml.predictions import leaks

    customers = scratch.project.models[CUSTOMERS]
    scratch.begin([moment])
    scratch.lay([customers], keeps_features=True)
    with_all = _features(scratch, moment)
    scratch.begin([moment], of_others=RAW)
    then = literal(moment.isoformat(sep=" "))
    scratch.connection.execute(fill(statement(PACKAGE, "raw_happened"), {"moment": then}))
    scratch.made |= {scratch.project.models[source].relation for source in RAW}
    scratch.lay([customers], roots=RAW, keeps_features=True)
    return leaks.changed(with_all, _features(scratch, moment), columns)


def _features(scratch: Scratch, moment: datetime) -> pd.DataFrame:
    found = scratch.connection.execute(statement(PACKAGE, "features_then"), {"moment": moment})
    frame: pd.DataFrame = found.df()
    return frame
