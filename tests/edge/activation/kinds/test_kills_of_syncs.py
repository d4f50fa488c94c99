"""``tessera sync`` killed at any moment, against a real PostgreSQL and real webhooks."""

import json
import signal
import subprocess
import sys
import textwrap
import time

import duckdb
import numpy as np
import psycopg
import pytest

from edge.activation.receiver import receiving
from tests.conftest import PROJECT
from tests.e2e.servers import environment_of
from tests.edge.activation.sending import joins, leaves

TARGETS = """
    targets:
      hook:
        kind: webhook
        purpose: marketing_email
        url_env: HOOK_URL
        secret_env: [HOOK_SECRET]
        allow_private_addresses: true
        columns: {country: customers.country, items: features.open_cart_items}
      table:
        kind: postgres
        purpose: marketing_email
        url_env: TABLE_URL
        table: members
        batch_rows: 10
        columns: {email: contacts.email, items: features.open_cart_items}
"""
SYNC = """
    import sys
    from dataclasses import replace
    from pathlib import Path
    from dagster_project import cli, settings

    load, config = settings.load, Path(sys.argv.pop(1))
    settings.load = lambda environment=None: replace(load(environment), config=config)
    cli.main()
"""
WANTED = """
    select segment, customer_id, open_cart_items
    from segments.fct_segment_members
    inner join features.ftr_customers using (customer_id)
    inner join marts.dim_consent_status using (customer_id)
    where segment in ('cart_abandoners', 'loyal', 'quiet')
    and purpose = 'marketing_email' and is_granted
"""


def changes(random):
    """Return the SQL of a day: somebody leaves, comes, withdraws, grants; values change."""
    several = [f"c{n:03}" for n in random.choice(200, size=24, replace=False)]
    text = "".join(leaves(c) for c in several[:12])
    text += "".join(joins(c) for c in several[:6])
    for granted, some in ((False, several[12:15]), (True, several[15:24])):
        text += "".join(
            f"update marts.dim_consent_status set is_granted = {granted} "
            f"where customer_id = '{c}' and purpose = 'marketing_email';"
            for c in some
        )
    return text + (
        "update features.ftr_customers set open_cart_items = open_cart_items + 1 "
        f"where hash(customer_id) % 4 = {random.integers(4)};"
    )


def started(home, config, variables, target):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SYNC), str(config), "sync", target],
        env={**environment_of(home.path), **variables},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        cwd=PROJECT,
    )


def messages(received):
    if not received.exists():
        return []
    return [json.loads(line)["data"] for line in received.read_text().splitlines()]


@pytest.mark.parametrize(
    "kills", [pytest.param(10, marks=pytest.mark.slow), pytest.param(100, marks=pytest.mark.long)]
)
def test_syncs_killed_at_any_moment_converge_lose_nothing_and_double_nothing(
    home, tmp_path, postgres_url, tables_shown, kills
):
    random = np.random.default_rng(11)
    config = tmp_path / "config"
    config.mkdir()
    (config / "targets.yml").write_text(textwrap.dedent(TARGETS))
    (config / "purposes.yml").write_text((PROJECT / "config" / "purposes.yml").read_text())
    home.build("update segments.dim_segments set targets = ['hook', 'table']")
    refused_at = []  # after how many messages somebody had withdrawn
    killed = 0
    with (
        receiving(tmp_path / "received.jsonl") as hook,
        psycopg.connect(postgres_url, autocommit=True) as table,
    ):
        table.execute("drop table if exists members")
        variables = {"HOOK_URL": hook.url, "HOOK_SECRET": hook.secret, "TABLE_URL": postgres_url}
        for number in range(kills):
            target = ("hook", "table")[number % 2]
            process = started(home, config, variables, target)
            told = process.stderr.readline()  # the plan: from here on it is sent
            assert told.endswith("rows to send\n"), told + process.stderr.read()
            time.sleep(random.random() * (0.5 if target == "hook" else 0.15))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            killed += process.returncode == -signal.SIGKILL
            home.build(changes(random))
            with duckdb.connect(str(home.path / "warehouse.duckdb"), read_only=True) as warehouse:
                granted = warehouse.execute(
                    "select customer_id from marts.dim_consent_status "
                    "where purpose = 'marketing_email' and is_granted"
                ).fetchall()
            refused_at.append((len(messages(hook.received)), {c for (c,) in granted}))
        for _ in range(2):
            for target in ("hook", "table"):
                process = started(home, config, variables, target)
                _, told = process.communicate()
                assert process.returncode == 0, told

        with duckdb.connect(str(home.path / "warehouse.duckdb"), read_only=True) as warehouse:
            wanted = set(warehouse.execute(WANTED).fetchall())
        columns = "select segment, customer_id, items::bigint from members"
        assert set(table.execute(columns).fetchall()) == wanted
        sent = messages(hook.received)
    held = {}
    for row in sent:
        if row["operation"] == "remove":
            held.pop((row["segment"], row["customer_id"]), None)
        else:
            held[row["segment"], row["customer_id"]] = row["traits"]["items"]
    assert {(*member, items) for member, items in held.items()} == wanted
    assert len({row["id"] for row in sent}) == len(sent)
    for (start, granted), (end, _) in zip(
        refused_at, [*refused_at[1:], (len(sent), None)], strict=True
    ):
        added = {row["customer_id"] for row in sent[start:end] if row["operation"] != "remove"}
        assert added <= granted
    deliveries = [(d["sync_id"], d["segment"], d["customer_id"], d["target"])
                  for d in home.deliveries()]  # fmt: skip
    assert len(deliveries) == len(set(deliveries))
    lost = sum(d["is_certain"] is False for d in home.deliveries())
    tables_shown["syncs killed"] = (
        f"{killed} of {kills} killed before their end, {lost} rows ended without a word, "
        f"{len(sent)} messages, each once"
    )
