"""What a backtest says of too few people is None: counts, and what could be worked out of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from dagster_project.publish.small_groups import is_small

Row = Mapping[str, Any]
# Each set adds up with what stands beside it: where one is hidden, the others must be.
MOVED = ("entered", "left")
SENT = ("permitted", "messages", "customers", "refused", "capped")
MEASURES = ("orders", "revenue", "buyer_share")


def size(row: Row) -> dict[str, Any]:
    """Hide the members of one moment, and who came and went."""
    found = dict(row)
    if is_small(row["customers"]):
        return found | dict.fromkeys(("customers", "size", "share", *MOVED))
    if is_small(row["size"]):
        found |= dict.fromkeys(("size", "share"))
    if _any_small(row, MOVED):
        found |= dict.fromkeys(MOVED)
    return found


def overlap(row: Row) -> dict[str, Any]:
    """Hide what another segment has in common."""
    found = dict(row)
    if is_small(row["size"]):
        found |= dict.fromkeys(("size", "common", "jaccard"))
    if is_small(row["common"]):
        found |= dict.fromkeys(("common", "jaccard"))
    return found


def messages(row: Row) -> dict[str, Any]:
    """Hide how messages divide."""
    found = dict(row)
    if is_small(row["entries"]):
        return found | dict.fromkeys(("entries", *SENT))
    return found | dict.fromkeys(SENT) if _any_small(row, SENT) else found


def behaviour(row: Row) -> dict[str, Any]:
    """Hide what few did afterwards: also where many entered, but few of them bought."""
    found = dict(row)
    for count in ("entered", "outside"):
        if is_small(row[count]):
            found[count] = None
    matched, share = row["matched"], row["entered_buyer_share"]
    is_told = not (is_small(matched) or is_small(row["entered"]) or is_small(row["outside"]))
    if not is_told or (matched and is_small(matched * share)):
        names = [
            name
            for measure in MEASURES
            for name in (f"entered_{measure}", f"outside_{measure}", f"{measure}_error")
        ]
        found |= dict.fromkeys(names)
    if not is_told:
        found["matched"] = None
    return found


def _any_small(row: Row, names: Iterable[str]) -> bool:
    return any(is_small(row[name]) for name in names)
