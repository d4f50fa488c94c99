"""People taken out of landing files, raw tables and every table known by lines or ids, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project import dbt_code
from dagster_project.ingest.batches import transaction
from dagster_project.privacy import landing, rows, subjects

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from dagster_project.platform import Platform
    from dagster_project.privacy.landing import Change
    from edge.privacy.lines import Search
    from edge.privacy.subjects import Subject

PRODUCTS = "model.tessera.int_products_observed"  # what events said of products, added up


def remove(
    platform: Platform,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    subject: Subject,
    search: Search,
) -> tuple[list[Change], dict[str, int]]:
    """Delete the rows and write the landing files anew in ``folder``; return both, counted.

    The caller puts the files in their place. Repeated after a kill, it changes nothing more.
    """
    settings = platform.settings
    subjects.choose(connection, subject)
    known = {} if search.is_of_many else subjects.lines(connection)
    kinds = (
        ("events", *landing.PERSONS) if search.is_of_many else (*landing.LINES, *landing.PERSONS)
    )
    changes = landing.plan(folder, settings.landing, platform.sources, search, known, kinds=kinds)
    landing.choose(connection, changes)
    is_wide = search.is_of_many or any(change.mentions for change in changes)
    if is_wide or rows.is_entangled(connection):
        dbt_code.forget(settings.dbt_target.parent)
    else:
        dbt_code.forget(settings.dbt_target.parent, [PRODUCTS])
    with transaction(connection):
        counts = rows.delete(connection)
        rows.delete_links(connection)
        landing.apply(connection, folder, platform.sources, changes)
    return changes, counts
