"""What runs when, on one page: every job, schedule and sensor."""

from datetime import timedelta

import dagster as dg

from dagster_project import alerts, arrivals, crossings
from dagster_project.clusters import drift
from dagster_project.defs import activation, predictions, privacy, publish, raw, triggers
from dagster_project.models.catalogue import RECOMMENDERS
from dagster_project.platform import Platform
from edge.privacy import requests

DUE_WITHIN = timedelta(days=7)  # time left to do what a person asked for
RAW = dg.AssetSelection.assets(*(dg.AssetKey(list(key)) for key in raw.TABLES))
MODELS = dg.AssetSelection.key_prefixes(["models"])
CLUSTERS = dg.AssetSelection.assets(["models", "clusters"])
TARGETS = dg.AssetSelection.assets(*activation.KEYS)
RECORDED = dg.AssetSelection.assets(publish.RECORDED)
TRIGGERS = dg.AssetSelection.assets(triggers.FIRINGS)
PRIVACY = dg.AssetSelection.assets(privacy.AUDIT, privacy.RETENTION)
LINEAGE = dg.AssetSelection.all() - MODELS - TARGETS - RECORDED - TRIGGERS - PRIVACY


def _with_all_it_needs(selection: dg.AssetSelection) -> dg.AssetSelection:
    return RAW | selection.upstream().required_multi_asset_neighbors()


def _one_run(key: str | None, cursor: str | None) -> dg.SensorResult:
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=key)], cursor=cursor)


ingest_events = dg.define_asset_job(
    "ingest_events", RAW, description="Load new landing files into the raw tables."
)
refresh_segments = dg.define_asset_job(
    "refresh_segments",
    LINEAGE,
    description="Ingest, transform, check, score by the champion models, segment and publish.",
)
train_models = dg.define_asset_job(
    "train_models",
    _with_all_it_needs(MODELS),
    description="Train, compare with the champion and with a baseline, promote the better.",
)
activate_segments = dg.define_asset_job(
    "activate_segments",
    RAW | TARGETS | RECORDED,
    description="Sync the newest published segments to their targets, differences only.",
)
resegment_customers = dg.define_asset_job(
    "resegment_customers",
    LINEAGE | _with_all_it_needs(CLUSTERS),
    description="Train the customer clusters and segment anew; nothing is sent anywhere.",
)
retrain_models = dg.define_asset_job(
    "retrain_models",
    LINEAGE | _with_all_it_needs(MODELS),
    description="Train every model, score and segment anew; nothing is sent anywhere.",
)
evaluate_triggers = dg.define_asset_job(
    "evaluate_triggers",
    TRIGGERS,
    description="Decide whom triggers fire for, from recent events; it never waits for a refresh.",
)
refresh_everything = dg.define_asset_job(
    "refresh_everything",
    dg.AssetSelection.all() - TRIGGERS - PRIVACY,
    description="The whole lineage: refresh, with training before and activation after.",
)
audit_privacy = dg.define_asset_job(
    "audit_privacy",
    dg.AssetSelection.assets(privacy.AUDIT),
    description="Report which columns hold personal data, where they go and what changed.",
)
enforce_retention = dg.define_asset_job(
    "enforce_retention",
    dg.AssetSelection.assets(privacy.RETENTION),
    description="End by age what a refresh does not: contact files, refused lines, silent people.",
)

refresh_segments_daily = dg.ScheduleDefinition(
    name="refresh_segments_daily",
    job=refresh_segments,
    cron_schedule="0 4 * * *",
    description="Segments every morning at 04:00 UTC.",
)
evaluate_triggers_every_5_minutes = dg.ScheduleDefinition(
    name="evaluate_triggers_every_5_minutes",
    job=evaluate_triggers,
    cron_schedule="*/5 * * * *",
    description="Triggers at each of their ticks.",
)
train_clusters_weekly = dg.ScheduleDefinition(
    name="train_clusters_weekly",
    job=dg.define_asset_job(
        "train_clusters",
        _with_all_it_needs(CLUSTERS),
        description="Train the customer clusters alone.",
    ),
    cron_schedule="0 2 * * 1",
    description="Clusters every Monday at 02:00 UTC.",
)
update_clusters_daily = dg.ScheduleDefinition(
    name="update_clusters_daily",
    job=dg.define_asset_job(
        "update_clusters",
        _with_all_it_needs(CLUSTERS),
        config={"ops": {"models__clusters": {"config": {"how": "update"}}}},
        description="Move the clusters towards customers who were active since their training.",
    ),
    cron_schedule="0 2 * * 0,2-6",
    description="Clusters follow their customers on the days between two full trainings.",
)
train_predictions_weekly = dg.ScheduleDefinition(
    name="train_predictions_weekly",
    job=dg.define_asset_job(
        "train_predictions",
        _with_all_it_needs(dg.AssetSelection.assets(*predictions.MODELS)),
        description="Train the predictions of customers alone.",
    ),
    cron_schedule="30 2 * * 1",
    description="Predictions every Monday at 02:30 UTC.",
)
audit_privacy_weekly = dg.ScheduleDefinition(
    name="audit_privacy_weekly",
    job=audit_privacy,
    cron_schedule="0 6 * * 1",
    description="Personal data and where it goes, every Monday at 06:00 UTC.",
)
enforce_retention_daily = dg.ScheduleDefinition(
    name="enforce_retention_daily",
    job=enforce_retention,
    cron_schedule="30 5 * * *",
    description="Retention every morning at 05:30 UTC, after the refresh that ends contacts.",
)


@dg.schedule(
    job=dg.define_asset_job(
        "train_recommender",
        _with_all_it_needs(dg.AssetSelection.assets(*(["models", n] for n in RECOMMENDERS))),
        description="Train the recommender and its variants alone.",
    ),
    cron_schedule="0 3 * * 1",
    description="The recommender every second Monday at 03:00 UTC.",
)
def train_recommender_biweekly(
    context: dg.ScheduleEvaluationContext,
) -> dg.RunRequest | dg.SkipReason:
    """Cron has no fortnight, and years have 52 or 53 weeks: every second one of all is skipped."""
    if context.scheduled_execution_time.toordinal() // 7 % 2:
        return dg.SkipReason("the recommender trains every second Monday, the next one again")
    return dg.RunRequest()


@dg.sensor(
    job=ingest_events,
    minimum_interval_seconds=30,
    description="One run for the files that arrived since the last one; each file exactly once.",
)
def ingest_events_on_new_files(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult | dg.SkipReason:
    """Ask for a run when the landing area holds files that no earlier tick has seen."""
    arrived = arrivals.since(platform.settings.landing, context.cursor)
    if arrived.request_key is None:
        return dg.SkipReason("no new landing files")
    return _one_run(arrived.request_key, arrived.cursor)


@dg.sensor(
    job=resegment_customers,
    minimum_interval_seconds=60,
    description="One run for the limits that segments crossed (size, members, purchase frequency, "
    "engagement) since the last one; each crossing exactly once.",
)
def resegment_customers_on_crossings(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult | dg.SkipReason:
    """Ask for re-segmentation when a published segment crossed a limit no earlier tick has seen."""
    crossed = crossings.since(platform.settings.published, context.cursor)
    if not crossed.crossings:
        return dg.SkipReason("no segment crossed a limit")
    context.log.info("crossed: %s", "; ".join(crossed.crossings))
    return _one_run(crossed.request_key, crossed.cursor)


@dg.sensor(
    job=retrain_models,
    minimum_interval_seconds=600,
    description="One run where customers have moved away from what the clusters learnt: shifted "
    "features, shares that moved, or a fallen silhouette; once for each moment published.",
)
def retrain_models_on_drift(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult | dg.SkipReason:
    """Ask for trainings when the newest published customers differ from those learnt from."""
    seen = drift.since(platform.settings, context.cursor)
    if not seen.alarms:
        return dg.SensorResult(skip_reason=dg.SkipReason(seen.reason), cursor=seen.cursor)
    context.log.info("drifted: %s", "; ".join(seen.alarms))
    return _one_run(seen.request_key, seen.cursor)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[refresh_segments],
    request_job=activate_segments,
    description="One sync of the targets after each refresh that succeeded: one whose blocking "
    "checks failed did not, and published nothing.",
)
def activate_segments_after_refresh(context: dg.RunStatusSensorContext) -> dg.RunRequest:
    """Ask for a sync of what a refresh has just published."""
    return dg.RunRequest(run_key=context.dagster_run.run_id)


@dg.run_failure_sensor(
    monitor_all_code_locations=False,
    description="Writes an alert for each failed run, and posts it to a webhook if configured.",
)
def alert_on_run_failure(
    context: dg.RunFailureSensorContext, platform: dg.ResourceParam[Platform]
) -> None:
    """Tell whoever watches which run failed and why."""
    alerts.raise_alert(
        platform.settings,
        job=context.dagster_run.job_name,
        run_id=context.dagster_run.run_id,
        reason=context.failure_event.message or "no reason given",
        at=platform.now(),
    )


@dg.sensor(
    minimum_interval_seconds=3600,
    description="An alert for each request about somebody's data that is due within days; once.",
)
def alert_on_due_requests(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult | dg.SkipReason:
    """Tell of requests that are not done and soon due, those left out that an earlier tick told."""
    told = set((context.cursor or "").split())
    due = requests.due(platform.settings.landing, platform.now(), DUE_WITHIN)
    new = [request for request in due if request.request_id not in told]
    for request in new:
        alerts.raise_due(platform.settings, request, at=platform.now())
    if not new:
        return dg.SkipReason("no request is due soon that was not told of")
    return dg.SensorResult(cursor=" ".join(request.request_id for request in due))
