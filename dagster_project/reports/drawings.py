"""Drawings as SVG text that stands in a page and takes its colours from there."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from markupsafe import escape
from numpy.typing import NDArray

SANKEY_WIDTH = 1000
GAP = 14
SCORES = range(1, 6)


@dataclass(frozen=True, slots=True)
class Flow:
    """How many went from one named place to another."""

    origin: str
    destination: str
    count: int


def line(
    moments: Sequence[datetime],
    values: Sequence[float],
    *,
    minimum: float | None = None,
    width: int = 260,
    height: int = 64,
) -> str:
    """Draw values over time from zero up, with a dashed line at a minimum that is near enough."""
    known = list(zip(moments, values, strict=True))
    if not known:
        return ""
    first, last = moments[0], moments[-1]
    span = max((last - first).total_seconds(), 1.0)
    top = max(max(value for _, value in known), minimum or 0.0, 1.0) * 1.08
    points = [
        (
            round(
                4 + (width - 8) * ((at - first).total_seconds() / span if last > first else 1), 1
            ),
            round(height - 3 - (height - 6) * value / top, 1),
        )
        for at, value in known
    ]
    path = " ".join(f"{x},{y}" for x, y in points)
    floor = height - 3
    area = f"{points[0][0]},{floor} {path} {points[-1][0]},{floor}"
    limit = ""
    if minimum is not None:
        y = round(height - 3 - (height - 6) * minimum / top, 1)
        limit = f'<line class="limit" x1="0" x2="{width}" y1="{y}" y2="{y}"/>'
    x, y = points[-1]
    return (
        f'<svg class="line" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="from {known[0][1]:,.0f} to {known[-1][1]:,.0f}">{limit}'
        f'<polygon class="area" points="{area}"/><polyline points="{path}"/>'
        f'<circle cx="{x}" cy="{y}" r="3"/></svg>'
    )


def rfm(cells: Sequence[Mapping[str, Any]], *, minimum: int) -> str:
    """Draw buyers by recency (across) and frequency score (up); few of them stay blank."""
    size, left, top = 92, 64, 8
    counts = {(cell["r_score"], cell["f_score"]): cell for cell in cells}
    most = max((cell["customers"] for cell in cells), default=1)
    parts = []
    for r in SCORES:
        for f in SCORES:
            x, y = left + (r - 1) * size, top + (5 - f) * size
            cell = counts.get((r, f), {"customers": 0})
            is_shown = cell["customers"] >= minimum
            count = f"{cell['customers']:,} buyers" if is_shown else f"fewer than {minimum}"
            title = f"recency {r}, frequency {f}: {count}"
            tint = _tint(cell["customers"] / most if is_shown else 0.0)
            parts.append(_cell(x, y, size - 2, "cell", tint, title))
            if is_shown:
                centre, middle = x + (size - 3) / 2, y + size / 2
                parts.append(
                    f'<text class="count" x="{centre}" y="{middle - 2}">'
                    f"{cell['customers']:,}</text>"
                    f'<text class="small" x="{centre}" y="{middle + 18}">'
                    f"ø {cell['spend']:,.0f}</text>"
                )
    bottom = top + 5 * size
    for score in SCORES:
        middle = (score - 0.5) * size - 2
        parts.append(f'<text class="axis" x="{left + middle}" y="{bottom + 18}">{score}</text>')
        parts.append(
            f'<text class="axis" x="{left - 14}" y="{top + 5 * size - middle + 4}">{score}</text>'
        )
    across, up = left + 2.5 * size, top + 2.5 * size
    parts.append(
        f'<text class="axis" x="{across}" y="{bottom + 42}">bought long ago (1) '
        "to bought just now (5)</text>"
        f'<text class="axis" x="20" y="{up}" transform="rotate(-90 20 {up})">bought rarely (1) '
        "to often (5)</text>"
    )
    return _svg("rfm", left + 5 * size + 4, bottom + 52, parts, "Buyers by recency and frequency")


def matrix(names: Sequence[str], shares: NDArray[np.float64], *, widest: int = 900) -> str:
    """Draw how alike each pair of names is, 0 to 1; figures in the cells where there is room."""
    count = len(names)
    left = 14 + round(6.4 * max((len(name) for name in names), default=0))
    size = int(np.clip((widest - left) / max(count, 1), 13, 44))
    with_figures = size >= 26
    angle = 45 if size >= 26 else 90  # slanted names need room between them
    slant = math.sin(math.radians(angle))
    top = round(left * slant) + 8
    parts = []
    for row, name in enumerate(names):
        y = top + row * size
        parts.append(
            f'<text class="name" x="{left - 8}" y="{y + size / 2 + 4}">{escape(name)}</text>'
            f'<text class="top" transform="translate({left + row * size + size / 2 + 3} {top - 7}) '
            f'rotate(-{angle})">{escape(name)}</text>'
        )
        for column, other in enumerate(names):
            x, share = left + column * size, float(shares[row, column])
            if row == column:
                parts.append(_cell(x, y, size, "self", 1.0, str(escape(name))))
                continue
            title = f"{escape(name)} and {escape(other)}: {share:.0%} of both together"
            parts.append(_cell(x, y, size, "cell", _tint(share), title))
            if with_figures and share >= 0.005:
                parts.append(
                    f'<text class="figure" x="{x + size / 2 - 1}" y="{y + size / 2 + 3}">'
                    f"{100 * share:.0f}</text>"
                )
    width = left + count * size + round(left * math.cos(math.radians(angle)))
    return _svg("matrix", width, top + count * size + 4, parts, "Overlap of each pair of segments")


def sankey(flows: Sequence[Flow], *, muted: frozenset[str] = frozenset()) -> str:
    """Draw flows as bands from where they begin, on the left, to where they end, on the right."""
    if not flows:
        return ""
    origins, destinations = _totals(flows, "origin"), _totals(flows, "destination")
    total = sum(flow.count for flow in flows)
    rows = max(len(origins), len(destinations))
    room = max(360, 34 * rows)
    scale = (room - GAP * (rows - 1)) / total
    starts, ends = _places(origins, scale), _places(destinations, scale)
    left, right, bar = 250, SANKEY_WIDTH - 250, 12
    taken_left, taken_right = dict.fromkeys(origins, 0.0), dict.fromkeys(destinations, 0.0)
    colours = {name: index % 8 + 1 for index, name in enumerate(origins)}
    order = {name: index for index, name in enumerate(destinations)}
    parts = []
    for flow in sorted(flows, key=lambda f: (list(origins).index(f.origin), order[f.destination])):
        thick = flow.count * scale
        y1 = starts[flow.origin] + taken_left[flow.origin]
        y2 = ends[flow.destination] + taken_right[flow.destination]
        taken_left[flow.origin] += thick
        taken_right[flow.destination] += thick
        a, b, middle = left + bar, right - bar, (left + right) / 2
        kind = "muted" if flow.origin in muted else f"hue{colours[flow.origin]}"
        parts.append(
            f'<path class="band {kind}" d="M{a} {y1:.1f}C{middle} {y1:.1f} {middle} {y2:.1f} '
            f"{b} {y2:.1f}V{y2 + thick:.1f}C{middle} {y2 + thick:.1f} {middle} {y1 + thick:.1f} "
            f'{a} {y1 + thick:.1f}Z"><title>{escape(flow.origin)} → {escape(flow.destination)}: '
            f"{flow.count:,} people</title></path>"
        )
    for name, count in origins.items():
        kind = "muted" if name in muted else f"hue{colours[name]}"
        parts.append(_node(left, starts[name], count * scale, bar, kind))
        parts.append(_label(left - 8, starts[name] + count * scale / 2, name, count, "end"))
    for name, count in destinations.items():
        parts.append(_node(right - bar, ends[name], count * scale, bar, "muted"))
        parts.append(_label(right + 8, ends[name] + count * scale / 2, name, count, "start"))
    return _svg("sankey", SANKEY_WIDTH, round(room) + 16, parts, "Where people went")


def _totals(flows: Sequence[Flow], side: str) -> dict[str, int]:
    totals: dict[str, int] = {}
    for flow in flows:
        name = getattr(flow, side)
        totals[name] = totals.get(name, 0) + flow.count
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def _places(totals: Mapping[str, int], scale: float) -> dict[str, float]:
    places, y = {}, 8.0
    for name, count in totals.items():
        places[name] = y
        y += max(count * scale, 4.0) + GAP
    return places


def _tint(share: float) -> float:
    return round(0.05 + 0.6 * math.sqrt(min(max(share, 0.0), 1.0)), 3)


def _cell(x: float, y: float, size: int, kind: str, opacity: float, title: str) -> str:
    return (
        f'<rect class="{kind}" x="{x}" y="{y}" width="{size - 1}" height="{size - 1}" '
        f'style="fill-opacity:{opacity}"><title>{title}</title></rect>'
    )


def _node(x: float, y: float, height: float, width: int, kind: str) -> str:
    shape = f'x="{x}" y="{y:.1f}" width="{width}" height="{max(height, 2):.1f}"'
    return f'<rect class="node {kind}" {shape}/>'


def _label(x: float, y: float, name: str, count: int, anchor: str) -> str:
    return (
        f'<text x="{x}" y="{y + 4:.1f}" text-anchor="{anchor}">{escape(name)} '
        f'<tspan class="soft">{count:,}</tspan></text>'
    )


def _svg(kind: str, width: float, height: float, parts: Sequence[str], label: str) -> str:
    return (
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" style="max-width:{width}px" '
        f'role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )
