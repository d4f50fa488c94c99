"""``tessera explain``: why a customer is in a segment or not, and which segments they are in."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dagster_project import output
from dagster_project import settings as environment
from dagster_project.output import Format, FormatOption

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagster_project.clusters.reasons import ModelReason
    from dagster_project.predictions.reasons import Score
    from edge.comparisons import Part
    from edge.explain import Condition, Explanation
    from edge.memberships import Memberships

CLUSTERS = "ml.customer_clusters"


def explain(
    customer: Annotated[str, typer.Argument(help="A customer_id.")],
    segment: Annotated[
        str | None, typer.Argument(help="A segment, such as cart_abandoners; none: all of them.")
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """Show why a customer is in a segment or not, or all of theirs."""
    from edge.explain import explain as explain_member
    from edge.memberships import memberships

    settings = environment.load()
    if segment is None:
        from dagster_project.predictions.reasons import scores

        held = memberships(settings.published, customer)
        predicted = scores(settings, customer)
        if form == Format.json:
            output.print_json(_with_scores(held, predicted))
        else:
            _show_memberships(held)
            _show_scores(predicted)
        return
    explanation = explain_member(settings.published, customer, segment, with_evidence=True)
    model = None
    if CLUSTERS in explanation.reads:
        from dagster_project.clusters.reasons import cluster_reason

        model = cluster_reason(settings, customer)
    if form == Format.json:
        output.print_json(_as_dict(explanation, model))
    else:
        _show(explanation, model)


def _as_dict(explanation: "Explanation", model: "ModelReason | None") -> dict[str, Any]:
    from dataclasses import asdict

    return {**explanation.as_dict(), "model": None if model is None else asdict(model)}


def _with_scores(held: "Memberships", predicted: "Sequence[Score]") -> dict[str, Any]:
    from dataclasses import asdict

    return {**held.as_dict(), "scores": [asdict(score) for score in predicted]}


def _show_scores(predicted: "Sequence[Score]") -> None:
    if not predicted:
        return
    rows = [(found.score, found.value, found.model_version) for found in predicted]
    output.print_table(("score", "value", "version"), rows, title="predictions")
    reasons = [
        (found.score, part.feature, part.value, part.contribution)
        for found in predicted
        for part in found.contributions
    ]
    if reasons:
        columns = ("score", "feature", "value", "adds to log-odds or log")
        output.print_table(columns, reasons, title="strongest contributions")


def _show_memberships(held: "Memberships") -> None:
    print(f"{held.customer_id} is in {len(held.segments)} segments, as of {held.as_of} UTC")
    rows = [(found.segment, found.since, found.source) for found in held.segments]
    output.print_table(("segment", "since", "decided by"), rows)
    if held.before:
        stays = [(stay.segment, stay.since, stay.until, stay.ended_as) for stay in held.before]
        output.print_table(("segment", "from", "to", "ended as"), stays, title="before")


def _show(explanation: "Explanation", model: "ModelReason | None") -> None:
    verb = "is" if explanation.is_member else "is not"
    moment = f"{explanation.as_of:%Y-%m-%d %H:%M} UTC"
    print(f"{explanation.customer_id} {verb} in {explanation.segment}, as of {moment}")
    output.print_table(
        ("condition", "value", "threshold", "holds", "away"),
        [row for condition in explanation.conditions for row in _rows(condition)],
    )
    for condition in explanation.conditions:
        found = condition.events
        if found is None or not found.newest:
            continue
        title = f"{condition.name}: the newest of {found.count} events"
        rows = [
            (event.timestamp, event.event, event.message_id, event.source, event.file, event.line)
            for event in found.newest
        ]
        output.print_table(("at", "event", "message", "source", "file", "line"), rows, title=title)
    if model is not None:
        _show_model(model)
    known = [(i.identifier_type, i.identifier, i.source, i.first_seen_at) for i in
             explanation.identifiers]  # fmt: skip
    output.print_table(("type", "identifier", "source", "first seen"), known, title="identifiers")
    if explanation.merges:
        merged = [
            (merge.loser_customer_id, merge.customer_id, merge.merged_at, merge.file, merge.line)
            for merge in explanation.merges
        ]
        columns = ("was", "became", "when", "shown by file", "line")
        output.print_table(columns, merged, title="merged because of")


def _show_model(model: "ModelReason") -> None:
    title = f"cluster {model.cluster} ({model.label}), version {model.model_version}"
    if model.next_label is not None:
        title += f", rather than {model.next_label}"
    rows = [(f.name, f.value, f.deviations, f.centre, f.pull) for f in model.features]
    columns = ("feature", "value", "deviations", "centre", "pull")
    output.print_table(columns, rows, title=title)


def _rows(condition: "Condition") -> "Iterator[tuple[object, ...]]":
    compared = condition.threshold or condition.rule
    yield (condition.name, condition.value, compared, condition.holds, _away(condition))
    for part in condition.parts:
        yield (f"  {part.text}", part.value, part.threshold, part.holds, _away(part))


def _away(found: "Condition | Part") -> object:
    """Return how far it is from holding, or what is missing where that is no number."""
    if found.holds:
        return None
    return found.needed or found.distance
