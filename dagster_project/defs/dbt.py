"""Every dbt model as an asset and every dbt test as a check, read from dbt's manifest."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from dagster_project import dbt_project, dbt_runs, relations
from dagster_project import settings as environment
from dagster_project.platform import Platform, telling

_settings = environment.load()
OWNERS = ["team:analytics"]


class Described(DagsterDbtTranslator):
    """Keys and groups are dbt's; the description of a segment is the first comment of its file."""

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the YAML description, or else what the file says first."""
        return dbt_project.description(dbt_resource_props)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Return the owner that the model names, or else the analytics team."""
        return super().get_owners(dbt_resource_props) or OWNERS


_translator = Described()
_manifest = dbt_project.manifest(_settings)


@dbt_assets(manifest=_manifest, name="dbt_models", dagster_dbt_translator=_translator)
def dbt_models(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> Iterator[Any]:
    """Build the selected models and test them; a failed test of severity error stops the run."""
    events = []
    error: dbt_runs.DbtFailedError | None = None
    with platform.warehouse.connect("dbt", tell=telling(context)):
        pass  # a dbt whose run was killed may still hold the file: wait for it
    with platform.warehouse.locked("dbt", tell=telling(context)):
        try:
            for event in dbt_runs.build(context, platform.settings, _manifest, _translator):
                events.append(event)
        except dbt_runs.DbtFailedError as failed:
            error = failed
    yield from _with_relations(context, platform, events)
    if error is not None:
        raise error


def shown(
    connection: duckdb.DuckDBPyConnection, *wanted: relations.Relation
) -> dict[relations.Relation, dict[str, Any]]:
    """Return what the web UI shows of relations, whoever made them."""
    return relations.describe(connection, wanted, _documented())


@cache
def _documented() -> dict[relations.Relation, dict[str, str]]:
    return relations.documented_columns(_manifest)


def _with_relations(
    context: dg.AssetExecutionContext, platform: Platform, events: list[Any]
) -> Iterator[Any]:
    keys = {
        event.output_name: context.asset_key_for_output(event.output_name)
        for event in events
        if isinstance(event, dg.Output)
    }
    with platform.warehouse.connect("row counts", tell=telling(context)) as connection:
        found = shown(connection, *((key.path[0], key.path[1]) for key in keys.values()))
    for event in events:
        if isinstance(event, dg.Output):
            path = keys[event.output_name].path
            yield event.with_metadata({**event.metadata, **found.get((path[0], path[1]), {})})
        else:
            yield event
