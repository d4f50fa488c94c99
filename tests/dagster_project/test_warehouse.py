import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

from dagster_project.warehouse import Warehouse

HOLDER = """
    import sys, time
    from pathlib import Path
    from dagster_project import settings
    from dagster_project.warehouse import Warehouse
    warehouse = Warehouse(settings.load({"TESSERA_HOME": sys.argv[1]}))
    with warehouse.connect("a long step"):
        print("held", flush=True)
        time.sleep(600)
"""


def hold(settings):
    """Start a process that holds the warehouse until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLDER), str(settings.home)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_killed_holder_frees_the_warehouse_at_once(settings):
    settings.home.mkdir()
    process = hold(settings)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    with Warehouse(settings).connect("the next step") as connection:
        assert connection.sql("select 42").fetchall() == [(42,)]


def test_a_second_step_waits_and_is_told_who_holds_the_warehouse(settings):
    settings.home.mkdir()
    process = hold(settings)
    told, done = [], threading.Event()

    def second():
        with Warehouse(settings).connect("the second", tell=told.append):
            done.set()

    thread = threading.Thread(target=second)
    thread.start()
    while not told:
        time.sleep(0.01)
    assert not done.is_set()
    assert told == [f"waiting for the warehouse, held by a long step (process {process.pid})"]

    process.kill()
    process.wait()
    thread.join()
    assert done.is_set()


def test_the_limits_of_the_settings_hold_for_every_connection(settings):
    with Warehouse(settings).connect("a test") as connection:
        zone, order, memory = connection.sql(
            "select current_setting('TimeZone'), current_setting('preserve_insertion_order'), "
            "current_setting('memory_limit')"
        ).fetchone()
    assert (zone, order, memory) == ("UTC", False, "1.8 GiB")


def test_a_process_that_outlived_its_run_is_waited_for(settings):
    settings.home.mkdir()
    orphan = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys, time; held = duckdb.connect(sys.argv[1]); "
            "print('held', flush=True); time.sleep(600)",
            str(settings.warehouse),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert orphan.stdout.readline() == "held\n"
    told = []

    def end_the_orphan(line):
        told.append(line)
        orphan.kill()
        orphan.wait()

    with Warehouse(settings).connect("the next run", tell=end_the_orphan) as connection:
        assert connection.sql("select 42").fetchall() == [(42,)]
    assert told == ["waiting for a process that outlived its run to close the warehouse"]
