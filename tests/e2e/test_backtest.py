"""A segment at past moments is what a run at those moments says, and what plain Python says."""

import json
import shutil
from datetime import timedelta

import duckdb
import pandas as pd
import pytest

from dagster_project import keys
from dagster_project.scratch import arrival, clusters, evaluation
from tests.conftest import settings_of
from tests.e2e.servers import tessera

DRAFT = """
{#- Bought within the last 30 days. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email') }}
select
    customer_id,
    as_of,
    recency_days <= {{ segment_limit('recent_buyer_days') }} as bought_recently
from {{ ref('ftr_customers') }}
"""


@pytest.fixture(scope="module")
def settings(refreshed):
    return settings_of(refreshed)


@pytest.fixture(scope="module", autouse=True)
def environment(settings):
    """Let what a scratch sets in this process be undone."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.subprocess_environment().items():
            if name.startswith(("TESSERA_", "DAGSTER_")):
                patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def live(refreshed):
    """Return the moment of a home and the members of each segment."""
    return members_of(refreshed)


@pytest.fixture(scope="module")
def day(live):
    """Return a midnight in the middle of the shop's history."""
    return (live[0] - timedelta(days=20)).replace(hour=0, minute=0, second=0, microsecond=0)


def members_of(home):
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        (as_of,) = connection.execute(
            "select as_of from intermediate.int_moments_evaluated"
        ).fetchone()
        rows = connection.execute(
            "select segment, customer_id from segments.fct_segment_members"
        ).fetchall()
    names = sorted({segment for segment, _ in rows})
    return as_of, {name: {who for segment, who in rows if segment == name} for name in names}


def evaluated(settings, moments, *, one_by_one=True):
    """Return the members of each segment at each moment, each segment laid for itself or all."""
    found = {}
    with evaluation.opened(settings, "test") as scratch:
        models = scratch.project.segments()
        scratch.compile(
            scratch.project.models[name]
            for name in scratch.project.descendants(["model.tessera.int_moments_evaluated"])
            if not name.startswith("model.tessera.fct_segment") and "dim_segments" not in name
        )
        scratch.begin(moments)
        clusters.assign(scratch, models, moments)
        for model in models:
            scratch.lay([model])
            rows = scratch.connection.execute(
                f"select as_of, customer_id from warehouse.segments.{model.name}"
            ).fetchall()
            for moment in moments:
                found[model.name[4:], moment] = {who for as_of, who in rows if as_of == moment}
    return found


def test_at_the_live_moment_each_segment_has_its_live_members(settings, live, day):
    as_of, wanted = live
    found = evaluated(settings, [day, as_of])

    # what is scored as of today, at any moment, is no version of then: clusters are scored anew
    assert {name: found[name, as_of] for name in wanted} == wanted


def test_a_past_moment_is_what_a_run_at_that_moment_says(settings, day, refreshed, tmp_path):
    found = evaluated(settings, [day - timedelta(days=1), day, day + timedelta(days=1)])
    home = tmp_path / "home"
    shutil.copytree(refreshed, home)
    tessera(home, "run", "refresh_segments", "--as-of", day.isoformat())
    as_of, wanted = members_of(home)

    assert as_of == day
    assert sum(map(len, wanted.values())) > 100
    assert {name: found[name, day] for name in wanted} == wanted


def test_recent_buyers_are_those_whom_plain_python_finds(settings, day, refreshed):
    with duckdb.connect(str(refreshed / "warehouse.duckdb"), read_only=True) as connection:
        orders = connection.execute(
            "select source, order_id, customer_id, ordered_at, revenue from marts.fct_orders"
        ).df()
        refunds = connection.execute(
            "select source, order_id, refunded_at, amount from marts.fct_refunds"
        ).df()
        updates = connection.execute(
            "select count(*) from staging.stg_segment__order_events where event = 'Order Updated'"
        ).fetchone()
    given = refunds[refunds["refunded_at"] <= day].groupby(["source", "order_id"])["amount"].sum()
    known = orders[orders["ordered_at"] <= day].join(given, on=["source", "order_id"])
    refunded = known["amount"].fillna(0).astype(float)
    kept = known[~((refunded > 0) & (refunded >= known["revenue"].astype(float)))]
    recent = kept[kept["ordered_at"] > pd.Timestamp(day) - pd.Timedelta(days=31)]

    assert updates is not None
    assert evaluated(settings, [day])["recent_buyers", day] == set(recent["customer_id"])


def test_a_trigger_has_its_share_of_all_customers_not_of_recent_ones(settings):
    with evaluation.opened(settings, "test") as scratch:
        live_as_of = scratch.live_as_of
        trigger = scratch.project.segment("cart_recovery")
        read = scratch.connection.execute
        count = "select count(*) from warehouse.conditions.seg_cart_recovery"
        (customers,) = read("select count(*) from live.features.ftr_customers").fetchone()
        scratch.begin_live()
        scratch.lay_live(trigger)
        found = [read(count).fetchone()]
        scratch.begin([live_as_of])
        scratch.lay([trigger])
        found.append(read(count).fetchone())

    assert found == [(customers,), (customers,)]


def test_as_known_knows_nothing_that_arrived_later(settings, live, day):
    with evaluation.opened(settings, "test") as scratch:
        arrival.begin(scratch, day, keys.load(settings))
        model = scratch.project.segment("recent_buyers")
        scratch.lay([model], roots=arrival.ROOTS)
        read = scratch.connection.execute
        (newest,) = read("select max(received_at) from warehouse.raw.events").fetchone()
        rows = read("select customer_id from warehouse.conditions.seg_recent_buyers").fetchall()
        customers = {row[0] for row in rows}
        later = {
            row[0]
            for row in read(
                "select loser_customer_id from live.intermediate.int_customers_merged "
                f"where known_at > timestamp '{day}'"
            ).fetchall()
        }

    assert newest <= day
    # who was merged later is still a customer of their own
    assert customers & later


def test_a_draft_that_says_the_same_gives_the_same_in_every_form(refreshed, day, tmp_path):
    draft = tmp_path / "draft.sql"
    draft.write_text(DRAFT)
    span = ("--from", (day - timedelta(days=3)).date().isoformat(), "--to", day.date().isoformat())
    ways = {
        name: json.loads(tessera(refreshed, "backtest", *given, *span, "--format", "json").stdout)
        for name, given in {
            "segment": ("recent_buyers",),
            "draft": ("recent_buyers_again", "--rule", str(draft)),
        }.items()
    }
    ways["draft"]["overlap"] = [
        row for row in ways["draft"]["overlap"] if row["segment"] != "recent_buyers"
    ]

    for part in ("sizes", "changes", "messages", "behaviour", "overlap"):
        assert ways["draft"][part] == ways["segment"][part], part
    sizes, messages = ways["segment"]["sizes"], ways["segment"]["messages"]
    assert [row["as_of"] for row in sizes][-1] == day.isoformat()
    assert all(
        after["size"] == before["size"] + after["entered"] - after["left"]
        for before, after in zip(sizes, sizes[1:], strict=False)
        if after["entered"] is not None  # else too few to say
    )
    stays = pd.read_parquet(refreshed / "reports" / "backtest_recent_buyers.parquet")
    assert len(stays) == len(ways["segment"]["changes"])
    assert messages["entries"] == stays["entered_at"].notna().sum() >= 5  # each day's are too few
    counts = [row[name] for row in sizes for name in ("size", "entered", "left")]
    counts += [count for name, count in messages.items() if not name.startswith("cap_")]
    assert not {1, 2, 3, 4} & set(counts)
    page = (refreshed / "reports" / "backtest_recent_buyers.html").read_text()
    assert "data:image/png;base64," in page
    assert "<script" not in page
    assert 'src="http' not in page


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        (
            "recency_days",
            "recency_dayz",
            ": there is no column 'recency_dayz'; there is recency_days",
        ),
        ("ftr_customers", "ftr_custmers", ":8: there is no model 'ftr_custmers'; write ftr_cust"),
        ("as_of,", "as_of", ':7: syntax error at or near "<="'),
    ],
)
def test_a_draft_that_cannot_be_read_is_told_of_by_file_and_remedy(
    refreshed, tmp_path, good, bad, told
):
    draft = tmp_path / "draft.sql"
    draft.write_text(DRAFT.replace(good, bad))
    span = ("--from", "2026-02-20", "--to", "2026-02-20")
    answer = tessera(refreshed, "backtest", "mine", "--rule", str(draft), *span, check=False)

    assert answer.returncode == 1
    assert f"{draft}{told}" in answer.stderr
