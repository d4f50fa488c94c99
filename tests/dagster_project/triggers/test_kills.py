"""Killed anywhere, an evaluation fires nothing twice and misses nothing."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import timedelta

import pytest

from edge import ledger
from edge.triggers import evaluation as deciding
from edge.triggers import state as states
from tests.conftest import PROJECT
from tests.dagster_project.triggers.trigger_home import DAY, TODAY

START, END = DAY + timedelta(hours=10, minutes=10), DAY + timedelta(hours=10, minutes=40)
KILLS = 3
EVALUATE = textwrap.dedent("""
    from pathlib import Path
    from tests.dagster_project.triggers.trigger_home import TriggerHome
    from tests.dagster_project.triggers.test_kills import START, END
    home = TriggerHome(Path({path!r}))
    home.evaluate(START)
    print("ready", flush=True)
    home.evaluate(END)
    print("done", flush=True)
""")


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


def firings(home):
    return [
        (payload["firing_id"], payload["status"], payload["suppressed_by"])
        for payload in home.recorded()
        if payload["status"] != "waiting"
    ]


@pytest.fixture
def expected(home, tmp_path):
    """Return what an undisturbed evaluation records."""
    home.land(*TODAY)
    calm = home.copied(tmp_path / "calm")
    calm.evaluate(START)
    calm.evaluate(END)
    found = firings(calm)
    assert len({firing for firing, *_ in found}) == len(found) > 2
    return found


@pytest.mark.parametrize("when", [before, after])
@pytest.mark.parametrize(
    ("place", "name"),
    [
        (deciding, "decide"),
        (ledger, "append"),
        (states.State, "catch_up"),
        (states, "transaction"),
    ],
)
def test_an_evaluation_killed_between_any_two_steps_is_made_good_by_the_next(
    home, expected, monkeypatch, place, name, when
):
    home.evaluate(START)
    with monkeypatch.context() as patched:
        patched.setattr(place, name, when(getattr(place, name)))
        with pytest.raises(Killed):
            home.evaluate(END)
    home.evaluate(END)
    assert firings(home) == expected
    home.evaluate(END + timedelta(minutes=5))
    assert firings(home) == expected


def test_a_process_killed_at_any_moment_leaves_nothing_twice_and_nothing_out(home, expected):
    script = EVALUATE.format(path=str(home.path))
    for kill in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.4 * kill)
            os.kill(process.pid, signal.SIGKILL)
    home.evaluate(END)
    assert firings(home) == expected
