"""What is true of the shop, written as Parquet, and the shop's CRM export."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from edge.simulator import columns
from edge.simulator.catalogue import SEASONAL_DISCOUNT, TRENDING_CATEGORY, Catalogue
from edge.simulator.chance import Integers
from edge.simulator.files import Placed
from edge.simulator.kinds import Kind
from edge.simulator.logins import Logins
from edge.simulator.orders import Orders
from edge.simulator.people import Devices, People
from edge.simulator.personas import BOT, PERSONAS
from edge.simulator.sending import DUPLICATE_KINDS, FAULTS, ORIGINAL, message_ids
from edge.simulator.span import DAY, Span
from edge.simulator.statements import statement
from edge.simulator.steps import Steps
from edge.simulator.visits import DRIFT, TRENDING_SHARE, Visits
from edge.simulator.wording import AGENTS, BRANDS, CATEGORIES, STYLES

_TABLES = ("people", "identifiers", "bots", "devices", "orders", "visits", "consents")


@dataclass(frozen=True, slots=True)
class Consents:
    """Decisions about purposes, one row each."""

    person: Integers
    device: Integers
    purpose: Integers
    kind: Integers
    moment: Integers


@dataclass(slots=True)
class Record:
    """Collects what only becomes known while the lines are written."""

    seed: int
    placed: list[Placed] = field(default_factory=list)
    orders: list[Orders] = field(default_factory=list)
    consents: list[Consents] = field(default_factory=list)

    def note(self, steps: Steps, orders: Orders) -> None:
        """Note the orders of a slice, and the consents among its steps."""
        self.orders.append(orders)
        chosen = np.isin(steps.kind, (Kind.CONSENT_GRANTED, Kind.CONSENT_WITHDRAWN))
        noted = (steps.person, steps.device, steps.quantity, steps.kind, steps.moment)
        self.consents.append(Consents(*(column[chosen] for column in noted)))

    def odd_lines(self) -> tuple[pa.Table, pa.Table]:
        """Return the broken lines and the second copies, in order of file and line."""
        files = np.array([placed.file for placed in self.placed for _ in placed.line], dtype=object)
        line, uid, fault, copy = (
            np.concatenate([np.zeros(0, np.int64), *(getattr(p, name) for p in self.placed)])
            for name in ("line", "uid", "fault", "copy")
        )
        bad = fault >= 0
        rejected = {
            "file": pa.array(files[bad], pa.string()),
            "line": line[bad],
            "kind": pa.array([FAULTS[number] for number in fault[bad]], pa.string()),
        }
        again = ~bad & (copy != ORIGINAL)
        duplicates = {
            "file": pa.array(files[again], pa.string()),
            "line": line[again],
            "message_id": message_ids(self.seed, uid[again]),
            "kind": pa.array([DUPLICATE_KINDS[number] for number in copy[again]], pa.string()),
        }
        order = [("file", "ascending"), ("line", "ascending")]
        return pa.table(rejected).sort_by(order), pa.table(duplicates).sort_by(order)


def write(
    connection: duckdb.DuckDBPyConnection,
    *,
    out: Path,
    record: Record,
    people: People,
    devices: Devices,
    catalogue: Catalogue,
    visits: Visits,
    logins: Logins,
    span: Span,
) -> dict[str, int]:
    """Write ``truth/`` and ``crm/``; return how many rows each table of the truth has."""
    is_known = logins.was_known | logins.logs_in_first | logins.logs_in_late
    given: dict[str, dict[str, Any]] = {
        "true_people": {
            "person": np.arange(len(people.persona)),
            "persona": pa.array([PERSONAS[number].name for number in people.persona]),
            "is_bot": people.persona == BOT,
            "taste_category": _words(people.category, [names[0] for names in CATEGORIES]),
            "second_category": _words(people.second_category, [names[0] for names in CATEGORIES]),
            "taste_style": _words(people.style, list(STYLES)),
            "taste_brand": _words(people.brand, list(BRANDS)),
            "can_log_in": people.can_log_in & (people.persona != BOT),
        },
        "true_devices": {
            "device": np.arange(len(devices.owner)),
            "owner": devices.owner,
            "agent": devices.agent,
            "has_bot_agent": devices.agent >= len(AGENTS),
            "has_gpc": devices.has_gpc,
            "clock_skew_seconds": devices.skew / 1000,
        },
        "true_visits": {
            "visit": np.arange(len(visits.person)),
            "person": visits.person,
            "device": visits.device,
            "started_at": _moments(visits.start),
            "is_known": is_known,
            "gives_email": is_known | visits.submits_form,
            "buys": visits.buys,
        },
        "true_orders": _rows(columns.joined(record.orders)),
        "true_consents": _rows(columns.joined(record.consents)),
        "true_span": {
            "starts_at": _moments(np.array([span.start])),
            "days": [(span.end - span.start) // DAY],
        },
    }
    for name, columns_given in given.items():
        connection.register(name, pa.table(columns_given))
    connection.execute(statement("truth"))
    connection.execute(statement("truth_of_events"))
    tables = {name: connection.table(f"truth_{name}").to_arrow_table() for name in _TABLES}
    tables["rejected_lines"], tables["duplicates"] = record.odd_lines()
    tables["products"] = catalogue.table().drop_columns(["product"])
    tables["drift"] = _drift(span)
    tables["seasons"] = pa.table(
        {
            "starts_at": _moments(span.season_starts),
            "ends_at": _moments(span.season_starts + span.season_length),
            "discount_share": np.full(len(span.season_starts), SEASONAL_DISCOUNT),
        }
    )
    (out / "truth").mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        pq.write_table(rows, out / "truth" / f"{name}.parquet")
    (out / "crm").mkdir(parents=True, exist_ok=True)
    connection.table("truth_crm").write_csv(str(out / "crm" / "customers.csv"), header=True)
    return {name: rows.num_rows for name, rows in tables.items()}


def _drift(span: Span) -> pa.Table:
    """Return what changes, when, and by which factor (or to which share)."""
    trend = f"share_of_views_drawn_to_{CATEGORIES[TRENDING_CATEGORY][0]}"
    changes = [*DRIFT, (trend, TRENDING_SHARE)]
    return pa.table(
        {
            "drifts_at": _moments(np.full(len(changes), span.drift)),
            "changes": [name for name, _ in changes],
            "by": [by for _, by in changes],
        }
    )


def _words(codes: Integers, names: list[str]) -> pa.Array:
    return pa.array(np.array(names, dtype=object)[codes], pa.string())


def _moments(milliseconds: Integers) -> Any:  # noqa: ANN401 - numpy has no short name for it
    """Return times in UTC."""
    return milliseconds.astype("datetime64[ms]").astype("datetime64[us]")


def _rows(record: Any) -> dict[str, Any]:  # noqa: ANN401 - any record of arrays
    """Return a record's fields, its moments as times."""
    values = {name: getattr(record, name) for name in record.__slots__}
    return {n: _moments(v) if n.endswith("moment") else v for n, v in values.items()}
