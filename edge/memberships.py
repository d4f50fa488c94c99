"""Which segments a customer is in, since when, and which they were in before."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from edge.published import open_newest
from edge.statements import statement


@dataclass(frozen=True, slots=True)
class Membership:
    """A segment that a customer is in; ``source`` says what decides: rule, cluster or model."""

    segment: str
    since: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay that ended: because the customer left, was merged, or the segment is gone."""

    segment: str
    since: datetime
    until: datetime
    ended_as: str


@dataclass(frozen=True, slots=True)
class Memberships:
    """One customer and all segments, at the moment evaluated last."""

    customer_id: str
    as_of: datetime | None
    segments: tuple[Membership, ...]
    before: tuple[Stay, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return everything with plain names, for JSON."""
        return asdict(self)


def memberships(published: Path, customer_id: str) -> Memberships:
    """Read the newest generation; raises LookupError for someone who is no customer."""
    given = {"customer_id": customer_id}
    with open_newest(published) as (_, connection):
        known = connection.execute(statement("edge", "customer_known"), given).fetchone()
        as_of, is_customer, became = known or (None, False, None)
        if not is_customer:
            reason = f"merged into {became}" if became else "see marts.dim_customers"
            raise LookupError(f"no customer {customer_id!r}: {reason}")
        current = connection.execute(statement("edge", "memberships"), given).fetchall()
        former = connection.execute(statement("edge", "former_memberships"), given).fetchall()
    return Memberships(
        customer_id=customer_id,
        as_of=as_of,
        segments=tuple(Membership(*row) for row in current),
        before=tuple(Stay(*row) for row in former),
    )
