"""The report on segments: one HTML page that needs nothing from outside."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dagster_project.publish.small_groups import least_shown
from dagster_project.reports import drawings, page
from dagster_project.reports.definitions import in_words
from dagster_project.reports.facts import KPIS, Facts, Record
from ml.ordering import by_similarity

FILE = "segments.html"
MOST_FLOWS = 16
MOST_ARRIVALS = 6  # flows from or to no segment
MOST_PAIRS = 12
MOST_IN_MATRIX = 60
# What crossing a limit means, by the column that says to which side.
CROSSINGS = {
    "size": ("has_jumped", "size jumped", "size is steady again"),
    "members": ("has_drifted", "most members changed", "members are steady again"),
    "purchase frequency": ("buys_often", "members buy often now", "members buy often no more"),
    "engagement": ("is_engaged", "members visit often now", "members visit often no more"),
}
NEW, NOWHERE = "In no segment before", "In no segment any more"


@dataclass(frozen=True, slots=True)
class Row:
    """One segment as the page shows it; ``drops`` are its figures with an alert."""

    name: str
    facts: Record
    health: Record
    chart: str
    drops: Set[str]

    @property
    def is_empty(self) -> bool:
        """Whether nobody is in it, as where a shop has no visits but invoices."""
        return bool(self.facts["size"] == 0)


def write(reports: Path, facts: Facts) -> Path:
    """Render the page to ``segments.html``."""
    return page.write(reports / FILE, render(facts))


def render(facts: Facts) -> str:
    """Give the page."""
    rows = _rows(facts)
    names, shares = _shares(facts)
    return page.render(
        "segments.html",
        facts=facts,
        rows=rows,
        kpis=KPIS,
        everybody=next(iter(facts.newest.values()), None),
        too_small=[row for row in rows if row.facts["status"] == "too_small" and not row.is_empty],
        empty=[row for row in rows if row.is_empty],
        reviews=[row for row in rows if _is_due(row)],
        is_lift_known=any(row.health.get("conversion_lift") is not None for row in rows),
        crossed=_crossed(rows),
        since=facts.flows[0]["since"] if facts.flows else None,
        moments=max(map(len, facts.history.values()), default=0),
        rfm=drawings.rfm(facts.rfm, minimum=least_shown()) if facts.rfm else "",
        sankey=drawings.sankey(_flows(facts.flows), muted=frozenset({NEW, NOWHERE})),
        matrix=drawings.matrix([in_words(name) for name in names], shares) if names else "",
        left_out=len(rows) - len(names),
        pairs=[pair for pair in facts.overlaps if pair["intersection"] >= least_shown()][
            :MOST_PAIRS
        ],
        smallest=least_shown(),
    )


def _rows(facts: Facts) -> list[Row]:
    found = []
    for record in facts.segments:
        segment = record["segment"]
        history = facts.history[segment]
        shown = [row for row in history if row["size"] is not None]  # too few people to be shown
        moments, sizes = [row["as_of"] for row in shown], [row["size"] for row in shown]
        found.append(
            Row(
                name=in_words(segment),
                facts=record,
                health=facts.newest.get(segment, {}),
                chart=drawings.line(moments, sizes, minimum=record["min_size"])
                if len(sizes) > 1
                else "",  # one point is no line
                drops={alert.kpi for alert in facts.alerts if alert.segment == segment},
            )
        )
    return found


def _is_due(row: Row) -> bool:
    left = row.health.get("days_to_review")
    return left is not None and left <= 0


def _crossed(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return the segments that crossed a limit by what that means, and to which side."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for crossing in filter(None, (row.health.get("crossings") or "").split(", ")):
            flag, reached, missed = CROSSINGS[crossing]
            found.setdefault(reached if row.health[flag] else missed, []).append(row.name)
    return found


def _shares(facts: Facts) -> tuple[list[str], NDArray[np.float64]]:
    """Return the segments with enough members, the likest side by side, and their overlaps."""
    large = [row["segment"] for row in facts.segments if (row["size"] or 0) >= least_shown()]
    pairs = [x for x in facts.overlaps if x["segment_a"] in large and x["segment_b"] in large]
    # the most overlapping, if they are many
    named = [pair[side] for pair in pairs for side in ("segment_a", "segment_b")]
    names = list(dict.fromkeys([*named, *large]))[:MOST_IN_MATRIX]
    place = {name: index for index, name in enumerate(names)}
    shares = np.eye(len(names))
    for pair in pairs:
        if pair["segment_a"] in place and pair["segment_b"] in place:
            a, b = place[pair["segment_a"]], place[pair["segment_b"]]
            shares[a, b] = shares[b, a] = pair["jaccard"]
    order = by_similarity(shares)
    return [names[index] for index in order], shares[np.ix_(order, order)]


def _flows(flows: Sequence[Record]) -> list[drawings.Flow]:
    """Return the largest flows; what only came or only went is a flow from or to no segment."""
    shown = [flow for flow in flows if flow["customers"] >= least_shown()]
    between = [flow for flow in shown if flow["from_segment"] and flow["to_segment"]]
    others = [flow for flow in shown if not (flow["from_segment"] and flow["to_segment"])]
    return [
        drawings.Flow(
            in_words(flow["from_segment"]) or NEW,
            in_words(flow["to_segment"]) or NOWHERE,
            flow["customers"],
        )
        for flow in (*between[:MOST_FLOWS], *others[:MOST_ARRIVALS])
    ]
