"""A refresh killed anywhere ends, on the next run, in the state of an undisturbed one."""

import os
import random  # noqa: TID251 - the moments of the kills, seeded
import signal
import subprocess
import time

import pytest

from tests.e2e.servers import TESSERA, environment_of, table, tessera

COMPARED = {
    "marts.dim_customers": "*",
    "marts.fct_sessions": "*",
    "marts.fct_orders": "*",
    "marts.fct_events": "*",
    "features.ftr_customers": "*",
    "features.ftr_interactions": "*",
    "segments.fct_segment_members": "customer_id, segment, entered_at, as_of, source",
    "raw.loaded_files where source = 'shop'": "* exclude (loaded_at)",
}
KILLS = 4


def fingerprints(home):
    """Row count and an order-free hash of each compared table."""
    return {
        name: table(
            home,
            f"select count(*) as rows, bit_xor(hash(row_text)) as hashed "
            "from (select cast(row_of as varchar) as row_text "
            f"from (select {columns} from {name}) as row_of)",
        )
        for name, columns in COMPARED.items()
    }


@pytest.mark.slow
def test_a_refresh_killed_at_any_moment_recovers_on_the_next_run(
    tmp_path, shop, planted_events, refreshed
):
    home = tmp_path / "home"
    tessera(home, "load", str(shop), "--source", "shop")
    tessera(home, "load", str(shop), "--source", "customers")
    tessera(home, "load", str(planted_events), "--source", "planted")
    moments = random.Random(3)
    for _ in range(KILLS):
        process = subprocess.Popen(
            [TESSERA, "run", "refresh_segments"],
            env=environment_of(home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(moments.uniform(5, 25))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    tessera(home, "run", "refresh_everything")
    assert fingerprints(home) == fingerprints(refreshed)
