"""The command line ``tessera``: thin over the same code that Dagster runs."""

import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from dagster_project import output
from dagster_project import settings as environment
from dagster_project.commands import backtest, consent, explain, models, segment, sync
from dagster_project.output import Format, FormatOption, QueryFormat
from dagster_project.privacy import command as privacy_commands
from dagster_project.rebuild import command as rebuild_commands
from dagster_project.triggers import command as trigger_commands

app = typer.Typer(
    help="Raw customer events in; segments, recommendations and exact syncs out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def simulate(
    customers: Annotated[int, typer.Option(min=1, help="People in the shop.")],
    days: Annotated[int, typer.Option(min=1, help="Days to simulate; about one event a day each.")],
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")],
    out: Annotated[Path, typer.Option(help="Folder to write; must be new or empty.")],
    start: Annotated[str, typer.Option(help="First day, such as 2026-01-01.")] = "2026-01-01",
    form: FormatOption = Format.table,
) -> None:
    """Write the events of a shop of any size whose truth is known."""
    from edge.simulator.shop import simulate as simulate_shop

    if out.exists() and any(out.iterdir()):
        raise ValueError(f"{out} is not empty: name a new folder")
    summary = simulate_shop(
        customers=customers,
        days=days,
        seed=seed,
        start=_day(start),
        out=out,
        progress=_bar("events"),
    )
    facts = {
        "events": summary.events,
        "files": summary.files,
        "bytes": summary.bytes,
        "folder": str(out),
    }
    _print(facts, form)


def load(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders to take files from.")],
    source: Annotated[
        str, typer.Option(help="Where they come from: a folder of the landing area.")
    ],
    form: FormatOption = Format.table,
) -> None:
    """Copy files into the landing area; the next job ingests them."""
    from edge import landing
    from edge.sources import load as load_sources

    settings = environment.load()
    kind = load_sources(settings.config / "sources.yml").kind(source)
    landed = landing.land(paths, source=source, landing=settings.landing, kind=kind)
    columns = ("file", "landed as", "status")
    output.print_rows(columns, [(str(x.path), x.file or "", x.status) for x in landed], form)


def run(
    job: Annotated[str, typer.Argument(help="A job, such as refresh_segments.")],
    as_of: Annotated[
        str | None, typer.Option(help="The moment to evaluate (ISO 8601, UTC).")
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """Run a job here and now, after whoever has the warehouse."""
    from dagster_project import platform, runs

    settings = environment.load()
    if as_of is not None:
        platform.parse_moment(as_of)
    report = runs.run(settings, job, as_of=as_of, tell=_say)
    for warning in report.warnings:
        _say(f"warning: {warning.step}: {warning.reason}")
    for failure in report.failures:
        _say(f"failed: {failure.step}: {failure.reason}")
    facts = {
        "job": report.job,
        "run": report.run_id,
        "status": "success" if report.succeeded else "failure",
        "steps": report.steps,
        "seconds": round(report.seconds, 1),
    }
    _print(facts, form)
    if not report.succeeded:
        raise typer.Exit(1)


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT statement.")],
    form: Annotated[QueryFormat, typer.Option("--format", help="How to print the rows.")] = (
        QueryFormat.table
    ),
) -> None:
    """Query the newest published tables; nothing can be written."""
    from edge import published

    result = published.query(environment.load().published, query)
    output.print_rows(result.columns, result.rows, form)


def status(form: FormatOption = Format.table) -> None:
    """Show what is loaded and published, the segments and the models."""
    from dagster_project.status import summary

    facts = summary.read(environment.load())
    if form == Format.json:
        output.print_json(facts.as_dict())
    else:
        summary.show(facts)


def ui(
    port: Annotated[int, typer.Option(help="Port of the Dagster web UI.")] = 3000,
    mlflow_port: Annotated[int, typer.Option(help="Port of MLflow.")] = 5000,
    form: FormatOption = Format.table,
) -> None:
    """Serve the Dagster web UI and MLflow here until Ctrl-C."""
    from dagster_project import servers

    def up(addresses: Mapping[str, str]) -> None:
        _print(addresses, form)
        sys.stdout.flush()  # a program that waits for the addresses reads a pipe

    servers.serve(environment.load(), port=port, mlflow_port=mlflow_port, tell=_say, up=up)


def docs(form: FormatOption = Format.table) -> None:
    """Write dbt's docs as one page: every table, segment and target."""
    from dagster_project.reports import dbt_docs

    page = dbt_docs.write(environment.load())
    if form == Format.json:
        output.print_json({"page": str(page)})
    else:
        print(page)


def setup(form: FormatOption = Format.table) -> None:
    """Make the home ready: folders and stores; safe to repeat."""
    from dagster_project import dbt_project, homes

    settings = environment.load()
    environment.apply(settings)
    homes.prepare(settings)
    dbt_project.manifest(settings)
    _print({"home": str(settings.home)}, form)


def demo(
    customers: Annotated[int, typer.Option(min=1, help="People in the shop.")] = 2000,
    days: Annotated[int, typer.Option(min=1, help="Days to simulate.")] = 90,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same shop.")] = 7,
    form: FormatOption = Format.table,
) -> None:
    """Take a small simulated shop through the whole lineage."""
    from dagster_project import demonstration

    settings = environment.load()
    shown = demonstration.take(settings, customers=customers, days=days, seed=seed, tell=_say)
    if form == Format.json:
        output.print_json(shown.as_dict())
    else:
        demonstration.show(settings, shown)
    if not shown.succeeded:
        raise typer.Exit(1)


COMMANDS = (  # in the order in which a newcomer needs them
    setup, demo, ui, load, run, status, sql, docs,
    explain.explain, backtest.backtest, sync.sync, trigger_commands.triggers,
    privacy_commands.access, privacy_commands.erase, rebuild_commands.rebuild, simulate,
)  # fmt: skip
for command in COMMANDS:
    app.command()(command)
for group, name in ((segment, "segment"), (models, "models"), (consent, "consent")):
    app.add_typer(group.app, name=name)


def main() -> None:
    """Run the command line; an expected error is one line that says what to do."""
    try:
        environment.apply(environment.load())
        app()
    except (ValueError, LookupError, OSError, RuntimeError, duckdb.Error) as error:
        sys.stderr.write(f"error: {_one_line(error)}\n")
        sys.exit(1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"a day is ISO 8601, such as 2026-01-01, got {text!r}") from None


def _one_line(error: BaseException) -> str:
    message = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    if isinstance(error, FileNotFoundError) and error.filename:
        message = f"{error.filename} is not there: check the path"
    return " ".join(message.split()) or type(error).__name__


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _print(facts: Mapping[str, object], form: Format) -> None:
    if form == Format.json:
        output.print_json(facts)
    else:
        output.print_facts(facts)


def _bar(unit: str) -> Callable[[int, int], None]:
    told = -1

    def progress(done: int, total: int) -> None:
        nonlocal told
        tenth = 10 * done // max(total, 1)
        if tenth > told:
            told = tenth
            _say(f"  {done} of {total} {unit}")

    return progress


if __name__ == "__main__":
    main()
