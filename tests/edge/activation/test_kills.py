import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter

import pytest

from edge import ledger
from edge.activation import state as states
from edge.activation.files import Files
from tests.conftest import PROJECT
from tests.edge.activation.sending import joins, leaves

KILLS = 14
MEMBERS = 192


class Killed(BaseException):
    """Stands for SIGKILL at a chosen moment: nothing below catches it."""


def before(_function):
    def killed(*_, **__):
        raise Killed

    return killed


def after(function):
    def killed(*args, **named):
        function(*args, **named)
        raise Killed

    return killed


def check(home, expected):
    """Whatever was killed, receiver, state and ledger must agree in the end."""
    assert home.members() == expected
    sent = Counter(
        (d["target"], d["sync_id"], d["segment"], d["customer_id"]) for d in home.deliveries()
    )
    assert set(sent.values()) == {1}
    told = [
        (path.stem, *row)
        for path, rows in zip(home.files(), home.told(), strict=True)
        for row in rows
    ]
    recorded = [
        (d["sync_id"], d["operation"], d["customer_id"])
        for d in home.deliveries()
        if d["target"] == "crm_files" and d["segment"] == "cart_abandoners"
    ]
    assert sorted(told) == sorted(recorded)
    assert list((home.path / "exports").rglob(".*")) == []
    results = home.sync()
    assert {result.status for result in results.values()} == {"unchanged", "not activated"}


@pytest.mark.parametrize("when", [before, after])
@pytest.mark.parametrize(
    ("place", "name"),
    [
        (Files, "stage"),
        (states, "record"),
        (Files, "deliver"),
        (ledger, "append_lines"),
        (states, "acknowledge"),
    ],
)
def test_a_sync_killed_between_any_two_steps_is_finished_by_the_next(
    home, monkeypatch, place, name, when
):
    home.sync()
    expected = home.members() - {"c150"} | {"c001"}
    home.build(leaves("c150") + joins("c001"))
    with monkeypatch.context() as patched:
        patched.setattr(place, name, when(getattr(place, name)))
        with pytest.raises(Killed):
            home.sync()

    home.sync()
    check(home, expected)


@pytest.mark.parametrize(
    ("place", "name"), [(Files, "deliver"), (ledger, "append_lines"), (states, "acknowledge")]
)
def test_who_left_again_while_a_sync_lay_unfinished_is_removed(home, monkeypatch, place, name):
    home.sync()
    expected = home.members() - {"c150"}
    home.build(leaves("c150") + joins("c001"))
    with monkeypatch.context() as patched:
        patched.setattr(place, name, after(getattr(place, name)))
        with pytest.raises(Killed):
            home.sync()

    home.build(leaves("c001"))
    results = home.sync()
    assert results["crm_files", "cart_abandoners"].removed == 1
    check(home, expected)
    assert home.told()[-1] == [("remove", "c001")]


def test_what_was_staged_but_never_recorded_is_forgotten(home, monkeypatch):
    home.sync()
    expected = home.members() - {"c150"}
    home.build(joins("c001"))
    with monkeypatch.context() as patched:
        patched.setattr(states, "record", before(states.record))
        with pytest.raises(Killed):
            home.sync()

    home.build(leaves("c001") + leaves("c150"))
    home.sync()
    check(home, expected)
    assert home.told()[1:] == [[("remove", "c150")]]


def test_a_finished_sync_is_reported_with_its_own_run(home, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(ledger, "append_lines", before(ledger.append_lines))
        with pytest.raises(Killed):
            home.sync()
    home.build()
    home.sync()

    assert {d["run_id"] for d in home.deliveries() if d["target"] == "crm_files"} == {"run1"}
    check(home, home.members())


SYNCING = """
    import sys
    from datetime import timedelta
    from pathlib import Path
    from edge.activation.sync import sync
    from edge.published import Generation
    from tests.dagster_project.publish.shop import NOW
    from tests.edge.activation.sending import TARGETS, Home

    home, generations = Home(Path(sys.argv[1])), [Path(text) for text in sys.argv[2:]]
    for number in range(1_000):
        for generation in generations:
            print(number, flush=True)
            now = NOW + timedelta(days=number)
            sync(home.syncing(now=now, generation=Generation(generation)), TARGETS)
"""


@pytest.mark.slow
def test_a_syncer_killed_at_any_moment_loses_nothing_and_tells_nothing_twice(home):
    first = home.build(leaves("c150") + leaves("c010")).generation
    second = home.build(joins("c150") + joins("c001")).generation
    for kill in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SYNCING)]
            + [str(home.path), str(first.path), str(second.path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )
        for _ in range(2):
            assert process.stdout.readline()
        time.sleep(0.06 * kill)
        process.send_signal(signal.SIGKILL)
        process.communicate()

    home.sync()
    members = home.members()
    assert len(members) == MEMBERS
    assert {"c150", "c001"} < members
    assert "c010" not in members
    assert len(home.files()) > KILLS
    check(home, members)
