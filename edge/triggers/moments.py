"""The members of triggers tick by tick: the rules' own SQL over what had arrived by then."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from edge.published import Generation, held
from edge.statements import fill, identifier, literal, statement
from edge.triggers.decisions import Entry, Observation, Pair
from edge.triggers.rules import TICK, Rules, Trigger, ticks

PACKAGE = "edge.triggers"
EVENTS = Path("marts") / "fct_events"
KEYS = ("customer_id", "as_of")
PARTS, SHORTEST_PART = 2, 6  # of a long span, observed at once; ticks
# What rules may read of an event: the columns of marts.fct_events.
COLUMNS = (
    "message_id",
    "source",
    "type",
    "event",
    "timestamp",
    "received_at",
    "file_number",
    "line",
    "visitor_id",
    "session_id",
    "page_path",
    "referrer",
    "product_id",
    "category",
    "brand",
    "price",
    "list_price",
    "quantity",
    "order_id",
    "value",
    "promotion_id",
    "form_id",
    "dwell_seconds",
    "scroll_depth_share",
    "campaign_source",
    "campaign_medium",
    "campaign_name",
    "country",
    "city",
    "device_type",
    "locale",
    "timezone",
    "is_bot",
)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What has landed since a generation was published, as Parquet files; see ``COLUMNS``.

    ``file_number`` is that of the newest landing file, and ``files`` how many were read.
    """

    events: Path
    visitors: Path
    refusals: Path
    file_number: int
    files: int
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What an evaluation opened and read, whatever the length of history."""

    days: int
    rows: int


@dataclass(frozen=True, slots=True)
class Slice:
    """Recent events in memory, ready for any tick of a span."""

    connection: duckdb.DuckDBPyConnection
    rules: Rules
    cost: Cost

    def arrived_after(self, file_number: int) -> datetime | None:
        """Return when the first event of the files after one arrived, by its own word."""
        given = {"file_number": file_number}
        ((arrived_at,),) = self._rows("late_arrival", given)
        return arrived_at if isinstance(arrived_at, datetime) else None

    def observe(
        self, first: datetime, last: datetime, assumed: Sequence[Pair] = ()
    ) -> list[Observation]:
        """Return who came and left at each tick; ``assumed`` were members before the first."""
        self._move(first - TICK)
        self._evaluate_models()
        views = {trigger.name: self._view(trigger) for trigger in self.rules.triggers}
        self._find_members(views.values())
        self.connection.execute(
            _sql("assume_members"),
            {"triggers": [x for x, _ in assumed], "customers": [x for _, x in assumed]},
        )
        observations = []
        for tick in ticks(first, last):
            self._move(tick)
            self._evaluate_models()
            self._find_members(views.values())
            entries: list[Entry] = []
            for (name,) in sorted(self._rows("has_entries")):
                text = fill(_sql("find_entries"), {"view": identifier(views[name])})
                entries += [
                    Entry(row[0], row[1], row[2], json.loads(row[3]), tuple(row[4] or ()), row[5])
                    for row in self.connection.execute(text).fetchall()
                ]
            exits = frozenset((row[0], row[1]) for row in self._rows("exits"))
            observations.append(Observation(tick, tuple(entries), exits))
        return observations

    def _move(self, tick: datetime) -> None:
        self.connection.execute(fill(_sql("move"), {"tick": _moment(tick)}))

    def _evaluate_models(self) -> None:
        for model in self.rules.models:
            values = {"relation": _relation(model.schema_name, model.table), "sql": model.sql}
            self.connection.execute(fill(_sql("model"), values))

    def _view(self, trigger: Trigger) -> str:
        name = f"trigger {trigger.name}"
        described = self.connection.execute(fill(_sql("describe"), {"sql": trigger.sql})).fetchall()
        types = {row[0]: row[1] for row in described}
        conditions = [column for column, type_ in types.items() if type_ == "BOOLEAN"]
        said = [column for column in types if column not in (*KEYS, trigger.events)]
        values = {
            "view": identifier(name),
            "name": literal(trigger.name),
            "entered_at": identifier(trigger.entered_at),
            "events": identifier(trigger.events),
            "values": ", ".join(f"{identifier(x)} := {identifier(x)}" for x in said),
            "conditions": " and ".join(identifier(x) for x in conditions),
            "sql": trigger.sql,
        }
        self.connection.execute(fill(_sql("trigger_view"), values))
        return name

    def _find_members(self, views: Iterable[str]) -> None:
        for view in views:
            self.connection.execute(fill(_sql("find_members"), {"view": identifier(view)}))

    def _rows(self, name: str, given: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(_sql(name), given).fetchall()


def observed(
    generation: Generation,
    arrivals: Arrivals,
    rules: Rules,
    *,
    first: datetime,
    last: datetime,
    assumed: Sequence[Pair],
) -> tuple[list[Observation], Cost]:
    """Observe a long span in parts at once: who was a member before a part needs no other part.

    A tick is little work, of which two threads take 1.8 times the processor time of one: so each
    part has one.
    """
    parts = _parts(ticks(first, last))

    def observe(part: Sequence[datetime]) -> tuple[list[Observation], Cost]:
        start, end = part[0], part[-1]
        with opened(generation, arrivals, rules, first=start, last=end, threads=1) as recent:
            known = assumed if start == first else ()
            return recent.observe(start, end, known), recent.cost

    with ThreadPoolExecutor(PARTS) as pool:
        done = list(pool.map(observe, parts))
    cost = Cost(sum(read.days for _, read in done), sum(read.rows for _, read in done))
    return [seen for found, _ in done for seen in found], cost


def _parts(found: Sequence[datetime]) -> list[Sequence[datetime]]:
    """Cut ticks into spans, none so short that opening outweighs it."""
    count = max(1, min(PARTS, len(found) // SHORTEST_PART))
    edges = [len(found) * number // count for number in range(count + 1)]
    return [found[start:end] for start, end in pairwise(edges) if start < end]


@contextmanager
def opened(
    generation: Generation,
    arrivals: Arrivals,
    rules: Rules,
    *,
    first: datetime,
    last: datetime,
    memory_limit: str = "1GB",
    threads: int | None = None,
) -> Iterator[Slice]:
    """Read the days that the ticks of a span may look at, and nothing older.

    ``threads`` are those that DuckDB may use; by default all.
    """
    since = first - TICK - timedelta(days=rules.recent_days)
    files = _days(generation, since.date(), last.date())
    with held(generation), tempfile.TemporaryDirectory(prefix="tessera-") as scratch:
        connection = duckdb.connect(
            config={
                "memory_limit": memory_limit,
                "temp_directory": scratch,
                "autoinstall_known_extensions": False,
                "python_enable_replacements": False,
                **({} if threads is None else {"threads": threads}),
            }
        )
        try:
            values = {
                "published": literal(generation.warehouse),
                "columns": ", ".join(map(identifier, COLUMNS)),
                "files": f"[{', '.join(map(literal, files))}]",
                "arrivals": literal(arrivals.events),
                "visitors": literal(arrivals.visitors),
                "since": _moment(since),
                "until": _moment(last),
                "days": str(rules.recent_days),
            }
            connection.execute(fill(_sql("opening"), values))
            recent = "recent_events" if files else "recent_arrivals"
            for name in (recent, "recent_visitors", "moment"):
                connection.execute(fill(_sql(name), values))
            for schema, table in rules.carried:
                _carry(connection, schema, table)
            rows = len(connection.table("warehouse.main.recent"))
            yield Slice(connection, rules, Cost(len(files), rows))
        finally:
            connection.close()


def _days(generation: Generation, first: date, last: date) -> list[Path]:
    folder = generation.parquet / EVENTS
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        path
        for day in days
        for path in sorted((folder / f"event_date={day.isoformat()}").glob("*.parquet"))
    ]


def _carry(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> None:
    given = {"schema": schema, "table": table}
    columns = [row[0] for row in connection.execute(_sql("carried_columns"), given).fetchall()]
    if not columns:
        raise LookupError(f"{schema}.{table}, which a trigger reads, is not published")
    known = "where customer_id in (select customer_id from warehouse.marts.dim_visitors)"
    values = {
        "relation": _relation(schema, table),
        "copy": identifier(f"carried {schema} {table}"),
        "condition": known if "customer_id" in columns else "",
        "replaced": "replace (moments.as_of as as_of)" if "as_of" in columns else "",
    }
    connection.execute(fill(_sql("carry"), values))


def _relation(schema: str, table: str) -> str:
    return f"{identifier(schema)}.{identifier(table)}"


def _moment(moment: datetime) -> str:
    return f"timestamp {literal(moment.isoformat(sep=' '))}"


def _sql(name: str) -> str:
    return statement(PACKAGE, name)
