"""Events that come late change what was valid in the past, and nothing of what was known then."""

import gzip
import json
from pathlib import Path

import duckdb
import pytest

from tests.conftest import PROJECT
from tests.e2e.servers import table, tessera

PAST, NOW = "2026-01-22T00:00:00", "2026-02-03T00:00:00"
LATE = ("2026-01-19", "2026-01-22")  # the days of which one in three visitors' events come late
MEMBERS = (PROJECT / "docs" / "queries" / "members_on_a_day.sql").read_text()


def parted(shop: Path, folder: Path) -> tuple[Path, Path, set[str]]:
    """Write the events of a shop as two files, in time and late; return whose are late."""
    lines = []
    for path in sorted([*shop.rglob("*.jsonl"), *shop.rglob("*.jsonl.gz")]):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", errors="replace") as file:
            lines += [line.rstrip("\n") for line in file]
    in_time, late, people = [], [], set()
    for line in lines:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        who = event.get("anonymousId") or event.get("userId") or ""
        is_one_in_three = sum(map(ord, who)) % 3 == 0
        is_late = is_one_in_three and LATE[0] <= str(event.get("timestamp"))[:10] < LATE[1]
        (late if is_late else in_time).append(line)
        if is_late:
            people.add(who)
    paths = folder / "in_time.jsonl", folder / "late.jsonl"
    for path, found in zip(paths, (in_time, late), strict=True):
        path.write_text("\n".join(found) + "\n")
    return *paths, people


def members(home: Path, known: str) -> set[tuple[str, str]]:
    """Return who was in each segment at the past moment, as known at a time."""
    segments = [row["segment"] for row in table(home, "select segment from segments.dim_segments")]
    found = set()
    latest = (home / "published" / "LATEST").read_text().strip()
    path = home / "published" / latest / "warehouse.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        for segment in segments:
            query = (
                MEMBERS.replace("'lapsed_customers'", f"'{segment}'")
                .replace("timestamp '2026-03-01 00:00:00'", f"timestamp '{PAST}'")
                .replace("timestamp '2026-03-05 00:00:00'", f"timestamp '{known}'")
            )
            found |= {(row[0], segment) for row in connection.execute(query).fetchall()}
    return found


def known_at(home: Path) -> str:
    (row,) = table(home, "select max(known_at)::varchar as known from segments.fct_segment_sizes")
    return str(row["known"])


@pytest.mark.slow
def test_late_events_change_the_past_of_their_customers_and_not_what_was_known(tmp_path):
    shop, home = tmp_path / "shop", tmp_path / "home"
    size = ("--customers", "60", "--days", "40", "--seed", "3")
    tessera(tmp_path / "unused", "simulate", *size, "--out", str(shop))
    in_time, late, people = parted(shop, tmp_path)
    assert len(people) > 3

    tessera(home, "load", str(in_time), "--source", "shop")
    tessera(home, "run", "refresh_segments", "--as-of", PAST)
    first = known_at(home)
    before = members(home, first)
    assert before

    tessera(home, "load", str(late), "--source", "shop")
    tessera(home, "run", "refresh_segments", "--as-of", NOW)
    second = known_at(home)
    changed = table(home, "select customer_id, segment, is_member from segments.late_memberships")
    assert len(changed) > 3
    now = members(home, second)
    assert members(home, first) == before
    gained = {(row["customer_id"], row["segment"]) for row in changed if row["is_member"]}
    lost = {(row["customer_id"], row["segment"]) for row in changed if not row["is_member"]}
    assert now == (before | gained) - lost
    (counted,) = table(
        home, "select sum(memberships_changed) as changed from segments.fct_late_events"
    )
    assert int(counted["changed"]) == len(changed)

    # the whole shop evaluated again at that moment says the same of these customers
    tessera(home, "run", "refresh_segments", "--as-of", PAST)
    concerned = {customer for customer, _ in gained | lost}
    whole = members(home, known_at(home))
    assert {pair for pair in now if pair[0] in concerned} == {
        pair for pair in whole if pair[0] in concerned
    }
    # and it, too, leaves what was known before as it was
    assert members(home, first) == before
    assert members(home, second) == now
