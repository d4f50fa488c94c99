"""Real SIGKILLs anywhere in an ingestion: the next one ends as if nothing had happened."""

import subprocess
import sys

import numpy as np
import pytest

from dagster_project.ingest import ingestion
from tests.conftest import PROJECT
from tests.dagster_project.ingest.homes import CLOCK, SOURCES, Home, connect, line, state
from tests.dagster_project.ingest.test_rebuild import arrivals

pytestmark = pytest.mark.slow


@pytest.fixture
def victim(tmp_path):
    """Return a home with files landed, and the process that is told when to be killed."""
    home = Home(tmp_path)
    for day in range(3):
        for name, content, source in arrivals(day):
            home.put(name, content, source)
    for number in range(4):
        many = [line(f"{number}-{n}", properties={"n": n}) for n in range(number * 900, 4000)]
        home.put("many.jsonl", b"\n".join([b"\xff", *many, *many[::50]]))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.dagster_project.ingest.ingesting", str(tmp_path)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield home, process
    process.stdin.close()
    process.wait()


def order(process, text):
    process.stdin.write(text + "\n")
    process.stdin.flush()
    *outcome, seconds = process.stdout.readline().split()
    return " ".join(outcome), float(seconds)


def undisturbed(home):
    """Load the same files into a warehouse in memory, in one go."""
    ingestion.ingest(home.connection, landing=home.landing, sources=SOURCES, loaded_at=CLOCK)
    return state(home.connection)


def loaded(home):
    connection = connect(str(home.path / "warehouse.duckdb"), home.path)
    assert ingestion.conservation(connection) == []
    found = state(connection)
    clocks = connection.sql("select loaded_at from raw.events group by loaded_at").fetchall()
    batches = connection.sql("select loaded_at from raw.loaded_files group by loaded_at").fetchall()
    connection.close()
    assert set(clocks) <= set(batches)
    return found


def test_a_kill_before_any_statement_changes_nothing(victim):
    home, process = victim
    kills = 0
    for calls in range(1, 400):
        outcome, _ = order(process, f"calls {calls}")
        if outcome == "done 0":
            break
        assert outcome == "killed"
        kills += 1
    assert kills > 40
    assert loaded(home) == undisturbed(home)


def test_kills_at_any_moment_change_nothing(victim, tmp_path):
    home, process = victim
    _, whole = order(process, "free")
    expected = undisturbed(home)
    assert loaded(home) == expected
    generator = np.random.default_rng(7)
    killed = 0
    while killed < 12:
        (tmp_path / "warehouse.duckdb").unlink()
        (tmp_path / "warehouse.duckdb.wal").unlink(missing_ok=True)
        for seconds in generator.uniform(0, whole, size=3):
            killed += order(process, f"seconds {seconds}")[0] == "killed"
        assert order(process, "free")[0] == "done 0"
        assert loaded(home) == expected
