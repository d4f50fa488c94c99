"""The moments of a backtest: from a first to a last, step by step."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
MOST = 2_000


def step(text: str) -> timedelta:
    """Read a step such as 30m, 12h, 1d or 1w."""
    found = re.fullmatch(r"(\d+)([mhdw])", text.strip())
    if found is None or int(found[1]) == 0:
        raise ValueError(f"a step is a number and m, h, d or w, such as 1d, got {text!r}")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def between(first: datetime, last: datetime, every: timedelta) -> list[datetime]:
    """Return the moments from the first up to the last; raises ValueError if there are none."""
    if last < first:
        raise ValueError(f"the last moment {last} is before the first, {first}")
    count = (last - first) // every + 1
    if count > MOST:
        raise ValueError(f"{count} moments are more than {MOST}: take longer steps")
    return [first + number * every for number in range(count)]


def outside_history(customers: Mapping[datetime, int | None], newest: datetime) -> list[str]:
    """Warn of moments before the first customer and after the newest event.

    ``customers`` are how many there were at each moment, in order.
    """
    found = []
    early = [moment for moment, count in customers.items() if count == 0]
    if early:
        found.append(f"up to {early[-1]:%Y-%m-%d %H:%M} nobody was known: history begins later")
    if any(moment > newest for moment in customers):
        found.append(
            f"moments after {newest:%Y-%m-%d %H:%M} are of the future: nothing that "
            "happens then is known yet"
        )
    return found
