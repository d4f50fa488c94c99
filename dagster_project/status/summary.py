"""Where things stand: what is loaded, published, segmented, learnt and synced."""

from dataclasses import asdict, dataclass, field

import duckdb

from dagster_project import homes, output
from dagster_project.models.aliases import CHAMPION
from dagster_project.models.catalogue import NAMES
from dagster_project.publish import small_groups
from dagster_project.settings import Settings
from dagster_project.statements import statement
from edge import published

PACKAGE = "dagster_project.status"
Rows = list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Status:
    """A summary of the newest generation; empty lists where nothing is published yet."""

    home: str
    generation: str | None = None
    as_of: str | None = None
    files: Rows = field(default_factory=list)
    rejections: Rows = field(default_factory=list)
    customers: Rows = field(default_factory=list)
    segments: Rows = field(default_factory=list)
    deliveries: Rows = field(default_factory=list)
    models: Rows = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Return the summary with named fields, for JSON."""
        return {
            name: _named(name, value) if isinstance(value, list) else value
            for name, value in asdict(self).items()
        }


COLUMNS = {
    "files": ("source", "files", "read", "stored", "duplicate", "rejected", "failed"),
    "rejections": ("reason", "lines"),
    "customers": ("customers", "known", "visitors", "sessions", "orders", "revenue"),
    "segments": ("segment", "size", "share", "status", "purpose", "targets"),
    "deliveries": ("target", "segment", "operation", "status", "rows"),
    "models": ("model", "version", "alias", "metrics"),
}

# What a reader asks first of a model, of the many figures that MLflow keeps of it.
HEADLINES = (
    "k",
    "silhouette",
    "held_out_silhouette",
    "davies_bouldin",
    "adjusted_rand_index",
    "recall_at_10",
    "map_at_10",
    "popular_recall_at_10",
    "personal_frequency_recall_at_10",
    "als_bare_recall_at_10",
    "held_out_auc",
    "logistic_auc",
    "held_out_average_precision",
    "held_out_brier",
    "held_out_calibration_error",
    "orders_gain",
    "orders_foretold_share",
    "orders_rank_correlation",
    "value_deviance_gain",
)


def read(settings: Settings) -> Status:
    """Read the newest generation; the warehouse itself is left to whoever writes it."""
    try:
        generation = published.newest(settings.published)
    except LookupError:
        return Status(home=str(settings.home))
    with published.open_read_only(generation) as connection:
        rows = {name: _rows(connection, name) for name in COLUMNS if name != "models"}
        as_of = connection.execute(statement(PACKAGE, "as_of")).fetchone()
    return Status(
        home=str(settings.home),
        generation=generation.name,
        as_of=None if as_of is None or as_of[0] is None else as_of[0].isoformat(),
        models=_models(settings),
        **rows,
    )


def show(status: Status) -> None:
    """Print the summary for a person."""
    if status.generation is None:
        print(f"nothing is published in {status.home} yet: load files, then run refresh_everything")
        return
    moment = "no event yet" if status.as_of is None else f"{status.as_of} UTC"
    print(f"generation {status.generation}, as of {moment}, in {status.home}")
    for name, columns in COLUMNS.items():
        rows = getattr(status, name)
        if rows:
            output.print_table(columns, rows, title=name)


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> Rows:
    text = statement(PACKAGE, name)
    given = {"minimum": small_groups.minimum()} if name == "deliveries" else None
    return connection.execute(text, given).fetchall()


def _models(settings: Settings) -> Rows:
    registry = homes.registry(settings)
    champions = [registry.champion_version(name) for name in NAMES]
    return [
        (
            version.name,
            version.label,
            CHAMPION,
            ", ".join(
                f"{name} {version.metrics[name]:.3g}"
                for name in HEADLINES
                if name in version.metrics
            ),
        )
        for version in champions
        if version is not None
    ]


def _named(name: str, rows: Rows) -> list[dict[str, object]]:
    return [dict(zip(COLUMNS[name], row, strict=True)) for row in rows]
