import datetime
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from edge.simulator import shop

START = datetime.date(2026, 1, 1)


@dataclass(frozen=True)
class Shop:
    """A simulated shop that tests only read."""

    out: Path
    summary: shop.Summary
    lines: dict[tuple[str, int], bytes]
    events: list[dict[str, Any]]

    def truth(self, name: str) -> list[dict[str, Any]]:
        path = str(self.out / "truth" / f"{name}.parquet")
        return duckdb.read_parquet(path).to_arrow_table().to_pylist()


def read_lines(out: Path) -> dict[tuple[str, int], bytes]:
    """Return each physical line by file and number from 1, in order of day of arrival."""
    lines = {}
    files = [*out.glob("web/*"), *out.glob("server/*")]
    for path in sorted(files, key=lambda path: (path.name[:10], path.parent.name)):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        assert data.endswith(b"\n")
        name = f"{path.parent.name}/{path.name}"
        for number, line in enumerate(data[:-1].split(b"\n"), 1):
            lines[name, number] = line
    return lines


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop of 400 customers and 50 days, written in several slices."""
    out = tmp_path_factory.mktemp("simulated") / "shop"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shop, "_EVENTS_PER_SLICE", 3_000)
        summary = shop.simulate(customers=400, days=50, seed=11, start=START, out=out)
    lines = read_lines(out)
    path = str(out / "truth" / "rejected_lines.parquet")
    bad = set(duckdb.read_parquet(path).project("file, line").fetchall())
    events = [json.loads(line) for place, line in lines.items() if place not in bad]
    return Shop(out, summary, lines, events)
