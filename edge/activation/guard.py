"""The guard: a sync that would change more of a target than was foreseen is not sent unasked."""

import duckdb

from edge.activation.limits import Limits
from edge.statements import statement

PACKAGE = "edge.activation"


def refusal(connection: duckdb.DuckDBPyConnection, limits: Limits) -> str | None:
    """Say why ``temp.changes`` may not be sent unless a person confirms it, if so.

    Whoever withdrew consent does not count, nor what an earlier sync was allowed to do and could
    not finish. A target that holds few rows yet is not guarded: an empty one may be filled.
    """
    row = connection.execute(statement(PACKAGE, "guard")).fetchone()
    assert row is not None
    held, removed, added = row
    if not held or held < limits.guarded_from_rows:
        return None
    for count, verb, limit, name in (
        (removed, "remove", limits.max_removed_share, "max_removed_share"),
        (added, "add", limits.max_added_share, "max_added_share"),
    ):
        if limit is not None and count > limit * held:
            return (
                f"it would {verb} {count} rows of the {held} held ({count / held:.0%}); "
                f"{name} is {limit:.0%}"
            )
    return None


def keep_withdrawals(connection: duckdb.DuckDBPyConnection, limits: Limits) -> None:
    """Leave in ``temp.changes`` only whoever withdrew: nobody waits for a person for that.

    Customers who are gone (merged, erased) go as well, if they alone are within the share.
    """
    share = 1.0 if limits.max_removed_share is None else limits.max_removed_share
    connection.execute(statement(PACKAGE, "withdrawals_only"), {"max_removed_share": share})
