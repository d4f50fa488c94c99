"""Every dbt model as an asset and every dbt test as a check, read from dbt's manifest."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from dagster_project import dbt_project, relations
from dagster_project import settings as environment
from dagster_project.platform import Platform, telling

_settings = environment.load()


@dbt_assets(manifest=dbt_project.manifest(_settings), name="dbt_models")
def dbt_models(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> Iterator[Any]:
    """Build the selected models and test them; a failed test of severity error stops the run."""
    dbt = DbtCliResource(
        project_dir=str(dbt_project.PROJECT_DIR),
        profiles_dir=str(dbt_project.PROJECT_DIR),
        dbt_executable=dbt_project.EXECUTABLE,
    )
    with platform.warehouse.locked("dbt", tell=telling(context)):
        invocation = dbt.cli(
            ["build", "--exclude-resource-type", "unit_test"],
            context=context,
            target_path=platform.settings.dbt_target,
            raise_on_error=False,
        )
        events = list(invocation.stream())
    yield from _with_row_counts(context, platform, events)
    error = invocation.get_error()
    if error is not None:
        raise error


def _with_row_counts(
    context: dg.AssetExecutionContext, platform: Platform, events: list[Any]
) -> Iterator[Any]:
    keys = {
        event.output_name: context.asset_key_for_output(event.output_name)
        for event in events
        if isinstance(event, dg.Output)
    }
    with platform.warehouse.connect("row counts", tell=telling(context)) as connection:
        found = relations.describe(
            connection, [(key.path[0], key.path[1]) for key in keys.values()]
        )
    for event in events:
        if isinstance(event, dg.Output):
            path = keys[event.output_name].path
            yield event.with_metadata({**event.metadata, **found.get((path[0], path[1]), {})})
        else:
            yield event
