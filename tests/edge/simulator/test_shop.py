import datetime
import hashlib
from pathlib import Path

import pytest

from edge.simulator.shop import simulate

START = datetime.date(2026, 1, 1)


def contents(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_threads(tmp_path, monkeypatch):
    monkeypatch.setattr("edge.simulator.shop._EVENTS_PER_SLICE", 1_000)
    for name, threads in (("one", 1), ("four", 4)):
        simulate(customers=60, days=40, seed=5, start=START, out=tmp_path / name, threads=threads)
    first, second = contents(tmp_path / "one"), contents(tmp_path / "four")
    assert first == second
    assert len(first) > 40


def test_another_seed_gives_another_shop(tmp_path):
    for seed in (1, 2):
        simulate(customers=60, days=20, seed=seed, start=START, out=tmp_path / str(seed))
    first, second = contents(tmp_path / "1"), contents(tmp_path / "2")
    assert not {name for name in first if first[name] == second.get(name)} - {
        "truth/drift.parquet",
        "truth/seasons.parquet",
    }


@pytest.mark.parametrize(("customers", "days"), [(200, 30), (60, 60), (1000, 7), (40, 365)])
def test_there_is_about_one_event_per_customer_and_day(tmp_path, customers, days):
    told = []
    summary = simulate(
        customers=customers,
        days=days,
        seed=3,
        start=START,
        out=tmp_path / "shop",
        progress=lambda done, total: told.append((done, total)),
    )
    assert summary.events == pytest.approx(customers * days, rel=0.2)
    assert summary.lines == summary.events + summary.duplicates + summary.rejected
    assert told[-1][0] == told[-1][1]


def test_every_day_has_a_file_and_no_other_day(simulated):
    days = {file.split("/")[1][:10] for file, _ in simulated.lines}
    assert days == {str(START + datetime.timedelta(days=n)) for n in range(50)}


def test_the_smallest_shop_works(tmp_path):
    summary = simulate(customers=1, days=1, seed=0, start=START, out=tmp_path / "shop")
    assert summary.events > 0
    assert summary.files >= 1


@pytest.mark.parametrize("wrong", [{"customers": 0}, {"days": 0}, {"seed": -1}])
def test_an_impossible_size_is_refused_with_its_value(tmp_path, wrong):
    given = {"customers": 5, "days": 2, "seed": 1} | wrong
    with pytest.raises(ValueError, match=str(next(iter(wrong.values())))):
        simulate(**given, start=START, out=tmp_path / "shop")


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="not empty"):
        simulate(customers=5, days=2, seed=1, start=START, out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_summary_counts_what_is_there(simulated):
    assert simulated.summary.lines == len(simulated.lines)
    assert simulated.summary.bytes == sum(len(line) + 1 for line in simulated.lines.values())
    assert simulated.summary.files == len({file for file, _ in simulated.lines})
    assert simulated.summary.rejected == len(simulated.truth("rejected_lines"))
    assert simulated.summary.orders == len(simulated.truth("orders"))
