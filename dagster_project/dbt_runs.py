"""Running dbt in this process: its imports and its parsed project are paid for once a run."""

import contextlib
import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from dagster_project import dbt_code
from dagster_project.collecting import what_lasts
from dagster_project.dbt_project import PROJECT_DIR
from dagster_project.settings import Settings, apply

# the step's output has it all; dbt's own log and artifacts of each invocation would cost seconds
QUIETLY = ("--quiet", "--log-level-file", "warn", "--no-write-json")
ARGUMENTS = ("build", "--exclude-resource-type", "unit_test")
_parsed: dict[tuple[Path, int], Any] = {}


class DbtFailedError(Exception):
    """Models or tests failed; the message holds dbt's own words for each."""


def build(
    context: dg.AssetExecutionContext,
    settings: Settings,
    manifest: Path,
    translator: DagsterDbtTranslator,
) -> Iterator[Any]:
    """Build and test what the context selects; yields Dagster's events, then raises on failure.

    The caller holds the warehouse's lock. The file is closed when the first event is yielded.
    """
    selected = get_updated_cli_invocation_params_for_context(
        context=context, manifest={}, dagster_dbt_translator=translator
    )
    models = [f"model.tessera.{key.path[-1]}" for key in context.selected_asset_keys]
    state = settings.dbt_target.parent
    # a test waits until all it reads has been built, now or before
    tests = ["--indirect-selection", selected.indirect_selection or "buildable"]
    arguments = [*ARGUMENTS, *selected.selection_args, *tests]
    if stale := dbt_code.stale(state, selected.manifest, models):
        arguments += ["--vars", json.dumps({"stale_models": sorted(stale)})]
    messages, failures = _invoke(arguments, settings, manifest)
    if not failures:
        dbt_code.record(state, selected.manifest, models)
    for message in messages:
        print(message)  # the step's output in the web UI
        yield from message.to_default_asset_events(
            manifest=selected.manifest, dagster_dbt_translator=translator, context=context
        )
    if failures:
        raise DbtFailedError("\n".join(failures))


def rebuild(models: Sequence[str], settings: Settings, manifest: Path) -> None:
    """Build some models by name outside their assets; the caller holds the warehouse's lock."""
    _, failures = _invoke(["run", "--select", *models], settings, manifest)
    if failures:
        raise DbtFailedError("\n".join(failures))


def compiled(arguments: Sequence[str], settings: Settings, manifest: Path) -> list[Any]:
    """Return the nodes that the arguments choose, compiled as for a warehouse that is new.

    The warehouse of the home is not opened: dbt sees an empty one of the same catalog. Raises
    ValueError with dbt's words for what does not compile.
    """
    _parse_once(settings, manifest)
    with tempfile.TemporaryDirectory(prefix="tessera-") as empty:
        apply(replace(settings, home=Path(empty)))
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # dbt prints what it compiled
                _, results = _invoked(
                    ["compile", "--no-populate-cache", *arguments],
                    settings,
                    manifest,
                )
        except DbtFailedError as error:
            raise ValueError(str(error)) from error
        finally:
            apply(settings)
    return [result.node for result in results]


def _invoke(
    arguments: Sequence[str], settings: Settings, manifest: Path
) -> tuple[list[DbtCoreCliEventMessage], list[str]]:
    messages, results = _invoked(arguments, settings, manifest)
    failures = [
        f"{result.node.unique_id}: {result.message}"
        for result in results
        if result.status in ("error", "fail", "runtime error")
    ]
    return messages, failures


def _parse_once(settings: Settings, manifest: Path) -> Any:  # noqa: ANN401 - dbt has no types
    key = (manifest, manifest.stat().st_mtime_ns)
    if key not in _parsed:
        with what_lasts():
            from dbt.cli.main import dbtRunner

            parsed = dbtRunner().invoke([*QUIETLY, "parse", *_where(settings)])
        _raise_if_broken(parsed.exception)
        _parsed[key] = parsed.result
    return _parsed[key]


def _where(settings: Settings) -> list[str]:
    return [
        *("--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)),
        *("--target-path", str(settings.dbt_target), "--log-path", str(settings.dbt_logs)),
    ]


def _invoked(
    arguments: Sequence[str], settings: Settings, manifest: Path
) -> tuple[list[DbtCoreCliEventMessage], list[Any]]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.artifacts.schemas.run import RunExecutionResult
    from dbt.cli.main import dbtRunner
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.message import Message

    messages: list[DbtCoreCliEventMessage] = []

    def hear(event: Message) -> None:
        if event.info.level != "debug" and event.info.msg:
            raw = MessageToDict(event, preserving_proto_field_name=True)
            messages.append(DbtCoreCliEventMessage(raw_event=raw, event_history_metadata={}))

    parsed = _parse_once(settings, manifest)
    try:
        outcome = dbtRunner(manifest=parsed, callbacks=[hear]).invoke(
            [*QUIETLY, *arguments, *_where(settings)]
        )
    finally:
        # dbt-duckdb keeps the file open for the life of a process, which for it ends here
        manager: Any = DuckDBConnectionManager
        if manager._ENV is not None:
            manager._ENV.close()
        manager.close_all_connections()
    _raise_if_broken(outcome.exception)
    if not isinstance(outcome.result, RunExecutionResult):
        raise DbtFailedError(f"dbt {arguments[0]} gave no results")
    return messages, list(outcome.result.results)


def _raise_if_broken(exception: BaseException | None) -> None:
    if exception is not None:
        # of a text that is no file's, dbt says what is wrong only in what it raised first
        is_silent = str(exception) == "Error parsing inline query"
        said = exception.__context__ if is_silent and exception.__context__ else exception
        raise DbtFailedError(str(said)) from exception
