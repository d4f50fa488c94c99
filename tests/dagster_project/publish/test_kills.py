import json
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from edge.published import MANIFEST, newest, open_read_only, query
from tests.conftest import PROJECT
from tests.dagster_project.publish.shop import publish_home

KILLS = 12
PUBLISHING = """
    import sys
    from pathlib import Path
    from tests.dagster_project.publish.shop import publish_home

    home = Path(sys.argv[1])
    for number in range(1_000):
        print(number, flush=True)
        publish_home(
            home,
            f"{sys.argv[2]}x{number}",
            "insert into intermediate.int_events_sessionized select * replace "
            f"('k{sys.argv[2]}x{number}' as message_id, timestamp '2026-03-02' as known_at) "
            "from intermediate.int_events_sessionized where message_id in ('m1', 'm1000')",
            keep=2,
        )
"""


def published_whole(home):
    """Return the newest generation's build, after reading all that its manifest promises."""
    generation = newest(home / "published")
    manifest = json.loads((generation.path / MANIFEST).read_text())
    with open_read_only(generation, contacts=True) as connection:
        for name, table in manifest["tables"].items():
            assert connection.execute(f"select count(*) from {name}").fetchall() == [
                (table["rows"],)
            ]
        for view in ("seg_cart_abandoners", "seg_loyal"):
            connection.execute(f"select count(is_member) from conditions.{view}")
    return manifest["build_id"]


@pytest.mark.slow
def test_a_publisher_killed_at_any_moment_leaves_a_whole_generation_served(home):
    publish_home(home, "first")
    builds = []
    for kill in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(PUBLISHING), str(home), str(kill)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )
        started = [process.stdout.readline() for _ in range(1 + kill % 2)]
        assert started[-1]
        time.sleep(0.04 * kill)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        builds.append(published_whole(home))
    after = publish_home(home, "last", keep=2)

    assert after.is_new
    assert len(set(builds)) > 3  # some were killed late enough to have published
    names = sorted(path.name for path in (home / "published").iterdir())
    assert names[-1] == "LATEST"
    assert len(names) == 3
    assert after.generation.name in names
    distinct = "select count(*) = count(distinct message_id || timestamp) from marts.fct_events"
    assert query(home / "published", distinct).rows == [(True,)]
