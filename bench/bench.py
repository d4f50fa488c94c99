"""Speed as ratios, all measured in one run on one machine: ``make bench``."""

import argparse
import datetime
import json
import multiprocessing
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from bench.measure import Cost, measure
from dagster_project import settings
from edge.simulator.shop import simulate

DAYS = 100
HELD_BACK = 2  # days of arrival: two small refreshes, of which the quieter one counts
TESSERA = str(Path(sys.executable).parent / "tessera")
READ = (Path(__file__).parent / "read.sql").read_text()


def main() -> None:
    """Simulate once, then time the floor, a full refresh, one with nothing new, one with 1 %."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=1_000_000)
    arguments.add_argument("--memory", default="2GB", help="DuckDB's limit, for the floor too")
    arguments.add_argument("--work", type=Path, help="work in this folder and leave it there")
    given = arguments.parse_args()
    work = given.work or Path(tempfile.mkdtemp(prefix="tessera-bench-"))
    try:
        _bench(work, given.events, given.memory)
    finally:
        if given.work is None:
            shutil.rmtree(work)


def _bench(work: Path, events: int, memory: str) -> None:
    print(
        f"{events:,} events, {multiprocessing.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__} limited to {memory}"
    )
    shop, days = _simulate(work, events)
    environment = {
        **settings.load({"TESSERA_HOME": str(work / "home")}).subprocess_environment(),
        "TESSERA_MEMORY_LIMIT": memory,
    }
    _tessera(environment, "setup")
    _tessera(environment, "load", str(shop), "--source", "shop")

    lines, size, reading = _read(shop)
    ingest = _tessera(environment, "run", "ingest_events")
    ingest_nothing = _tessera(environment, "run", "ingest_events")
    loading = ingest.seconds - ingest_nothing.seconds
    _row("bare reading of the files as lines", f"{size / 1e6 / reading:.0f} MB/s")
    _row("ingestion", f"{size / 1e6 / loading:.0f} MB/s, {lines / loading:,.0f} events/s")
    _row("(d) ingestion ÷ bare reading, time", f"{loading / reading:.1f}")

    bare = [sys.executable, "-m", "bench.bare", str(shop), str(work / "bare"), memory]
    floor = measure(bare, environment)
    shutil.rmtree(work / "bare")
    _row("floor: the same work as bare SQL", _cost(floor))

    rest = _tessera(environment, "run", "refresh_segments")
    full_seconds = loading + rest.seconds
    _row("full refresh, ingestion to publishing", f"{full_seconds:.1f} s")
    nothings, ones = [], []
    for day in days:
        nothings.append(_tessera(environment, "run", "refresh_segments"))
        _row("refresh with nothing new", _cost(nothings[-1]))
        _tessera(environment, "load", str(day), "--source", "shop")
        ones.append(_tessera(environment, "run", "refresh_segments"))
        _row(f"refresh after {_read(day)[0] / lines:.2%} new events", _cost(ones[-1]))
    unchanged, one = (min(costs, key=lambda cost: cost.seconds) for costs in (nothings, ones))
    share = _read(days[ones.index(one)])[0] / lines
    beyond = full_seconds - unchanged.seconds
    _row("(a) full refresh ÷ floor", f"{full_seconds / floor.seconds:.2f}")
    _row("(a) the same, beyond nothing new", f"{beyond / floor.seconds:.2f}")
    _row(
        "(b) 1 % ÷ full refresh, beyond nothing new",
        f"{(one.seconds - unchanged.seconds) / beyond:.3f}",
    )
    peak = max(cost.peak_bytes for cost in (ingest, rest, *nothings, *ones))
    _row(
        "(c) events/s of a full refresh, peak memory",
        f"{lines / full_seconds:,.0f}, {peak / 2**30:.2f} GiB",
    )
    figures = {
        "lines": lines,
        "bytes": size,
        "reading": reading,
        "loading": loading,
        "floor": floor.seconds,
        "full": full_seconds,
        "unchanged": unchanged.seconds,
        "one_percent": one.seconds,
        "share": share,
        "peak_bytes": peak,
        "floor_peak_bytes": floor.peak_bytes,
    }
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


def _simulate(work: Path, events: int) -> tuple[Path, list[Path]]:
    """Write a shop and hold back the files of its last full days of arrival, a folder each."""
    shop = work / "shop"
    first = datetime.date(2026, 1, 1)
    days = [
        (first + datetime.timedelta(days=DAYS - back)).isoformat()
        for back in range(HELD_BACK, 0, -1)
    ]
    folders = [work / "held_back" / day for day in days]
    if not shop.exists():
        started = time.monotonic()
        simulate(
            customers=events // DAYS,
            days=DAYS,
            seed=1,
            start=first,
            out=shop,
        )
        _row("simulation", f"{time.monotonic() - started:.1f} s")
        for file in event_files(shop):
            held = [folder for folder in folders if file.name >= folder.name]
            if held:
                target = held[-1] / file.parent.name / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                file.rename(target)
    return shop, folders


def event_files(folder: Path) -> list[Path]:
    """Return the event files of a simulated shop."""
    return sorted(path for path in folder.rglob("*.jsonl*") if "truth" not in path.parts)


def _read(folder: Path) -> tuple[int, int, float]:
    started = time.monotonic()
    with duckdb.connect(config={"threads": 2}) as connection:
        row = connection.execute(
            READ, {"files": [str(path) for path in event_files(folder)]}
        ).fetchone()
    if row is None:
        raise RuntimeError(f"nothing to read in {folder}")
    return row[0], row[1], time.monotonic() - started


def _tessera(environment: dict[str, str], *arguments: str) -> Cost:
    return measure([TESSERA, *arguments], environment)


def _cost(cost: Cost) -> str:
    return f"{cost.seconds:.1f} s, peak {cost.peak_bytes / 2**30:.2f} GiB"


def _row(name: str, value: str) -> None:
    print(f"{name:<48} {value}", flush=True)


if __name__ == "__main__":
    main()
