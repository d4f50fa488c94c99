"""Whose data models may read."""

import duckdb

from dagster_project.models import learnable
from dagster_project.platform import Platform
from edge.consent import decisions, purposes
from edge.consent.decisions import Decision
from tests.conftest import PROJECT, settings_of

PURPOSES = purposes.load(PROJECT / "config" / "purposes.yml")


def test_who_withdrew_from_measuring_or_personal_treatment_is_not_learnt_from(tmp_path):
    platform = Platform(settings_of(tmp_path))
    told = {"method": "letter", "recorded_by": "desk", "decided_at": "2026-01-03T00:00:00"}
    decision = Decision("zoe", ("zoe",), "personalisation", is_granted=False, **told)
    decisions.record(platform.settings.landing, decision, platform.now())
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute(
            """
            create schema marts;
            create table marts.dim_customers as
            select
                unnest(['ann', 'bob', 'eve', 'old', 'zoe']) as customer_id,
                timestamp '2026-01-02' - to_days(if(customer_id = 'old', 2000, 0)) as last_seen_at;
            create table marts.dim_consent_status as
            select *, false as is_explicit, timestamp '2026-01-01' as answered_at
            from (values
                ('bob', 'personalisation', false),
                ('eve', 'analytics', false),
                ('ann', 'ads', false)
            ) as t (customer_id, purpose, is_granted);
            """
        )
        learnable.write(connection, PURPOSES, platform)
        assert connection.table("intermediate.int_customers_learnable").fetchall() == [("ann",)]
