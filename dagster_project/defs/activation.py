"""Activation: one asset per target in ``config/targets.yml``, fed from the newest generation."""

import dagster as dg

from dagster_project import settings as environment
from dagster_project.defs.publish import PUBLISHED, RECORDED, publish_what_was_sent
from dagster_project.platform import Platform, telling
from edge import published
from edge.activation import sync as syncs
from edge.activation import targets as configured
from edge.consent import purposes as consented

_config = environment.load().config
_purposes = consented.load(_config / "purposes.yml")
_targets = configured.load(_config / "targets.yml", _purposes)

KEYS = [dg.AssetKey(["targets", name]) for name in _targets.targets]
COUNTED = ("added", "updated", "removed", "held_back")


def _target(name: str, config: configured.TargetConfig) -> dg.AssetsDefinition:
    @dg.asset(
        key=["targets", name],
        deps=[PUBLISHED],
        group_name="targets",
        kinds={config.kind, *([config.format] if config.kind == "files" else [])},
        owners=["team:marketing"],
        description=f"Consented members ({config.purpose}) of the segments that name this target; "
        "only differences since what it acknowledged are sent.",
    )
    def target(
        context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
    ) -> dg.MaterializeResult[None]:
        settings = platform.settings
        results = syncs.sync(
            generation=published.newest(settings.published),
            targets=_targets,
            purposes=_purposes,
            state=settings.activation,
            exports=settings.exports,
            landing=settings.landing,
            run_id=context.run_id,
            now=platform.now(),
            key=platform.keys.contact,
            only=name,
        )
        for result in results:
            if result.status == "not activated":
                telling(context)(f"{name}: {result.segment} not activated: {result.reason}")
        counts = {field: sum(getattr(x, field) for x in results) for field in COUNTED}
        telling(context)(f"{name}: " + ", ".join(f"{v} {k}" for k, v in counts.items()))
        rows = [
            dg.TableRecord(
                {
                    "segment": x.segment,
                    "status": x.status,
                    "members": x.members,
                    "added": x.added,
                    "removed": x.removed,
                    "held_back": x.held_back,
                }
            )
            for x in results
        ]
        return dg.MaterializeResult(
            metadata={**counts, **({"segments": dg.MetadataValue.table(rows)} if rows else {})}
        )

    return target


target_assets = [_target(name, config) for name, config in _targets.targets.items()]


@dg.asset(
    key=RECORDED,
    deps=KEYS,
    group_name="targets",
    kinds={"duckdb"},
    owners=["team:data-platform"],
    description="A generation that knows what was sent: the ledger of this run's deliveries.",
)
def recorded(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """Load what the syncs recorded, and publish again if it says something new."""
    return publish_what_was_sent(platform, context)
