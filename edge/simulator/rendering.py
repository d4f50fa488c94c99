"""Lines of JSON from numbers: DuckDB, in memory, puts the text together."""

from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from edge.simulator import text
from edge.simulator.catalogue import Catalogue
from edge.simulator.chance import Integers, mixed, share
from edge.simulator.kinds import EVENT_CODES, EVENT_NAMES, TYPE_CODES, TYPES, Kind
from edge.simulator.logins import Logins
from edge.simulator.orders import Amounts
from edge.simulator.people import Devices, People
from edge.simulator.personas import parameter
from edge.simulator.sending import FAULTS, Sendings, message_ids
from edge.simulator.span import Span
from edge.simulator.statements import statement
from edge.simulator.steps import CARTS_PER_VISIT, Lines, Steps
from edge.simulator.visits import Visits
from edge.simulator.wording import (
    AGENTS,
    BOT_AGENTS,
    CATEGORIES,
    CHANNELS,
    FIRST_NAMES,
    LAST_NAMES,
    PLACES,
    STREETS,
)

_DEVICE_LANE, _LOT_LANE, _IP_LANE, _SCROLL_LANE = 32, 34, 35, 36
_LOTS = np.uint64(1 << 30)
_REFERRERS = [channel[1] or "" for channel in CHANNELS]
_REFERRER_CODES = np.array([-1 if c[1] is None else n for n, c in enumerate(CHANNELS)])
_CAMPAIGNS = [
    f',"campaign":{{"name":"{name}","source":"{source}","medium":"{medium}"}}'
    for _, _, name, source, medium in CHANNELS
]
_CAMPAIGN_CODES = np.array([-1 if c[2] is None else n for n, c in enumerate(CHANNELS)])


def connect(threads: int) -> duckdb.DuckDBPyConnection:
    """Open the connection that puts text together."""
    connection = duckdb.connect(config={"threads": threads, "memory_limit": "2GB"})
    connection.execute("set arrow_large_buffer_size = true")
    return connection


def prepare(
    connection: duckdb.DuckDBPyConnection,
    *,
    people: People,
    devices: Devices,
    catalogue: Catalogue,
    seed: int,
) -> None:
    """Give the connection what the lines of every slice refer to."""
    person, device = np.arange(len(people.persona)), np.arange(len(devices.owner))
    tables = {
        "made_people": {
            "person": person,
            "has_phone": people.has_phone,
            "first_name": people.first_name,
            "last_name": people.last_name,
            "place": people.place,
            "lot": (mixed(seed, _LOT_LANE, person) % _LOTS).astype(np.int64),
        },
        "made_devices": {
            "device": device,
            "anonymous_id": text.uuids(seed, _DEVICE_LANE, device),
            "agent": devices.agent,
            "place": people.place[devices.owner],
            "has_gpc": devices.has_gpc,
            "lot": (mixed(seed, _IP_LANE, device) % _LOTS).astype(np.int64),
        },
        "first_names": _named("name gender", FIRST_NAMES),
        "last_names": _named("name", [(name,) for name in LAST_NAMES]),
        "streets": _named("name", [(name,) for name in STREETS]),
        "places": _named("country locale timezone city digits", PLACES),
        "agents": _named("kind name", AGENTS + BOT_AGENTS),
    }
    for name, columns in tables.items():
        connection.register(name, pa.table(columns))
    connection.register("made_products", catalogue.table())
    connection.execute(statement("tables"))


def _named(names: str, rows: Any) -> dict[str, Any]:  # noqa: ANN401 - tuples of any width
    """Return a numbered table of words, column by column."""
    columns = dict(zip(names.split(), map(list, zip(*rows, strict=True)), strict=True))
    return {"number": np.arange(len(rows)), **columns}


def render(
    connection: duckdb.DuckDBPyConnection,
    *,
    sendings: Sendings,
    steps: Steps,
    lines: Lines,
    amounts: Amounts,
    visits: Visits,
    logins: Logins,
    first: int,
    people: People,
    span: Span,
    seed: int,
) -> tuple[Integers, pa.Array]:
    """Return lines in no order of their own, and the row of the sending that each belongs to."""
    at = sendings.row
    visit = steps.visit[at] - first
    kind = steps.kind[at]
    sale = span.in_season(visits.start)
    landing = steps.is_landing[at]
    asked = landing & logins.answers_banner[visit]
    shows_consent = (kind == Kind.PAGE) & (logins.consent[visit] > 0) & ~asked
    category = [names[0] for names in CATEGORIES]
    events = {
        "rank": np.arange(len(at)),
        "type": text.chosen(TYPE_CODES[kind], TYPES),
        "event": text.chosen(EVENT_CODES[kind], EVENT_NAMES),
        "fault": text.chosen(sendings.fault, list(FAULTS)),
        "message_id": message_ids(seed, sendings.uid, sendings.is_nameless),
        "person": steps.person[at],
        "device": steps.device[at],
        "product": steps.product[at],
        "category": text.chosen(steps.category[at], category),
        "quantity": steps.quantity[at],
        "seconds": steps.seconds[at],
        "scroll": _scroll(people.persona[steps.person[at]], steps.uid[at], seed),
        "variant": steps.variant[at],
        "cart": steps.cart[at],
        "is_sale": sale[visit],
        "is_user": steps.is_user[at],
        "is_server": steps.is_server[at],
        "referrer": _landing(_REFERRER_CODES, _REFERRERS, visits.channel[visit], landing),
        "campaign": _landing(_CAMPAIGN_CODES, _CAMPAIGNS, visits.channel[visit], landing),
        "consent": np.where(shows_consent, logins.consent[visit], -1),
        "original": text.moments(sendings.original),
        "sent": text.moments(sendings.sent),
        "received": text.moments(sendings.received),
        "stamp": text.moments(sendings.stamp, ~sendings.is_stamped),
    }
    cart_lines = {
        "cart": lines.cart,
        "number": lines.number,
        "product": lines.product,
        "quantity": lines.quantity,
        "is_sale": sale[lines.cart // CARTS_PER_VISIT - first],
    }
    costs = {name: getattr(amounts, name) for name in amounts.__slots__}
    for name, table in (("events", events), ("cart_lines", cart_lines), ("amounts", costs)):
        connection.register(name, pa.table(table))
    for view in ("described", "worded"):
        connection.execute(statement(view))
    made = connection.execute(statement("lines")).to_arrow_table().combine_chunks()
    return made["rank"].to_numpy(), made["line"].combine_chunks()


def _scroll(persona: Integers, uid: Integers, seed: int) -> Integers:
    """Return the share of a page that was seen, in hundredths, around the persona's usual one."""
    spread = share(mixed(seed, _SCROLL_LANE, uid)) * 0.6 - 0.3
    return np.rint(np.clip(parameter("scroll_share")[persona] + spread, 0.02, 1.0) * 100).astype(
        np.int64
    )


def _landing(
    codes: npt.NDArray[Any], names: list[str], channel: Integers, landing: npt.NDArray[np.bool_]
) -> pa.Array:
    """Return what a visit's channel says, on its first page only."""
    return text.chosen(np.where(landing, codes[channel], -1), names)
