"""``tessera models``: what was trained, what is in use, and changing that for a reason."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dagster_project import output
from dagster_project import settings as environment
from dagster_project.output import Format, FormatOption

if TYPE_CHECKING:
    from dagster_project.models.registry import Registry, Version

app = typer.Typer(
    help="See models and why each is in use; promote one, or go back.",
    no_args_is_help=True,
)
NameArgument = Annotated[str, typer.Argument(help="A model, such as clusters.")]
COLUMNS = ("model", "version", "alias", "as_of", "trained_on", "decision")


@app.command("list")
def list_models(form: FormatOption = Format.table) -> None:
    """List every version of every model, the newest first."""
    from dagster_project.models.catalogue import NAMES

    registry = _registry()
    rows = []
    for name in NAMES:
        roles = registry.aliases_of(name)
        for version in registry.versions(name):
            rows.append(
                (
                    name,
                    version.number,
                    roles.get(version.number, ""),
                    version.tags.get("as_of", "")[:19],
                    int(version.parameters.get("rows", 0)),
                    _decision(version) if form == Format.json else _short(_decision(version)),
                )
            )
    if not rows and form == Format.table:
        print("no model was trained yet: tessera run train_models")
        return
    output.print_rows(COLUMNS, rows, form)


@app.command()
def show(
    name: NameArgument,
    number: Annotated[
        int | None, typer.Argument(help="A version; the champion, or else the newest, if left out.")
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """Show one version: its data, measures and why it is in use."""
    registry = _registry()
    version = _found(registry, name, number)
    facts = _facts(registry, version)
    if form == Format.json:
        output.print_json(facts)
        return
    output.print_facts({key: value for key, value in facts.items() if not isinstance(value, dict)})
    for title in ("parameters", "metrics"):
        rows = sorted(facts[title].items())
        output.print_table((title, ""), rows)


@app.command()
def promote(
    name: NameArgument,
    number: Annotated[int, typer.Argument(help="The version to be used from now on.")],
    override: Annotated[
        str, typer.Option(help="Why, where the rule of the model does not allow the version.")
    ] = "",
    form: FormatOption = Format.table,
) -> None:
    """Put a version in use. Against the rule it needs a reason, which is recorded.

    Against the rule is one that did not pass, or that is older than the champion.
    """
    from dagster_project.models.aliases import NOT_PROMOTED, PROMOTED

    registry = _registry()
    version = _found(registry, name, number)
    champion = registry.champion_version(name)
    if champion is not None and champion.number == number:  # nothing is decided anew
        _tell(registry, name, form)
        return
    refused = version.tags.get(NOT_PROMOTED)
    passed = version.tags.get(PROMOTED)
    why = ""
    if passed is None:
        why = f"did not pass: {refused or 'its training never came to a decision'}"
    elif champion is not None and number < champion.number:
        why = f"passed before {champion.label}, which is in use: tessera models rollback {name}"
    if why and not override:
        raise ValueError(f"{version.label} {why}; to use it all the same give --override REASON")
    registry.promote(version, f"by hand: {override}" if override else f"by hand: {passed}")
    _report(registry, name)
    _tell(registry, version.name, form)


@app.command()
def rollback(
    name: NameArgument,
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")] = "by hand",
    form: FormatOption = Format.table,
) -> None:
    """Put the champion before this one back in use."""
    registry = _registry()
    _found(registry, name, None)
    registry.roll_back(name, reason)
    _report(registry, name)
    _tell(registry, name, form)


def _registry() -> "Registry":
    from dagster_project import homes

    settings = environment.load()
    homes.prepare(settings)
    return homes.registry(settings)


def _found(registry: "Registry", name: str, number: int | None) -> "Version":
    from dagster_project.models.catalogue import NAMES

    if name not in NAMES:
        raise LookupError(f"no model is called {name!r}; there are {', '.join(NAMES)}")
    if number is not None:
        return registry.version(name, number)
    found = registry.champion_version(name) or registry.newest_version(name)
    if found is None:
        raise LookupError(f"{name} was never trained: tessera run train_models")
    return found


def _facts(registry: "Registry", version: "Version") -> dict[str, Any]:
    tags = dict(version.tags)
    return {
        "model": version.name,
        "version": version.number,
        "alias": registry.aliases_of(version.name).get(version.number, ""),
        "decision": _decision(version),
        "run": version.run_id,
        "as_of": tags.get("as_of"),
        "code_version": tags.get("code_version"),
        "snapshot": tags.get("snapshot"),
        "dataset_sha256": tags.get("dataset_sha256"),
        "model_sha256": tags.get("model_sha256"),
        "parameters": dict(version.parameters),
        "metrics": dict(version.metrics),
    }


def _decision(version: "Version") -> str:
    from dagster_project.models.aliases import NOT_PROMOTED, PROMOTED

    promoted, refused = version.tags.get(PROMOTED), version.tags.get(NOT_PROMOTED)
    if promoted is not None:
        return f"promoted: {promoted}"
    return f"not promoted: {refused}" if refused is not None else "not decided"


def _short(text: str, most: int = 100) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _report(registry: "Registry", name: str) -> None:
    """Let the report say at once what is in use."""
    from dagster_project.models.catalogue import RECOMMENDERS
    from dagster_project.reports import clusters, predictions, recommenders

    folder = environment.load().reports
    if name == clusters.NAME:
        clusters.write(folder, registry)
    elif name in RECOMMENDERS:
        recommenders.write(folder, registry)
    else:
        predictions.write(folder, registry)


def _tell(registry: "Registry", name: str, form: Format) -> None:
    version = registry.champion_version(name)
    assert version is not None
    facts = {"model": name, "champion": version.number, "decision": _decision(version)}
    if form == Format.json:
        output.print_json(facts)
    else:
        output.print_facts(facts)
