"""Answers become proof and status: what was said, by whom, and what holds when people merge."""

import json
from datetime import datetime

import pytest

from edge.consent.purposes import load
from tests.conftest import PROJECT
from tests.warehouse.conftest import at

MODELS = ["fct_consents", "dim_consent_status", "dim_visitors", "dim_customers"]


def page(minute, **more):
    return {"type": "page", "timestamp": at(minute), **more}


def decision(minute, event, purpose, **more):
    properties = {"purpose": purpose, "method": "banner", "text_version": "2026-01"}
    return {
        "type": "track",
        "event": event,
        "timestamp": at(minute),
        "properties": properties,
        **more,
    }


def login(minute, device, user):
    return {
        "type": "identify",
        "timestamp": at(minute),
        "anonymous_id": device,
        "user_id": user,
    }


def build(home):
    home.build(only=["+" + name for name in MODELS])


def status(home):
    return {
        purpose: (is_granted, reason)
        for purpose, is_granted, reason in home.rows(
            "select purpose, is_granted, reason from marts.dim_consent_status"
        )
    }


@pytest.mark.parametrize(
    ("recorded", "is_set"),
    [
        ('{"gpc": true}', True),
        ('{"gpc": "1"}', True),
        ('{"gpc": 1}', True),
        ('{"gpc": ["0", "1"]}', True),
        ('{"gpc": "1 "}', False),
        ('{"gpc": "0"}', False),
        ('{"gpc": "true"}', False),
        ('{"gpc": ["11", "1 "]}', False),
        ('{"gpc": false}', False),
        ("{}", False),
    ],
)
def test_only_a_header_of_exactly_1_is_a_global_privacy_control(home, recorded, is_set):
    home.deliver([page(0, anonymous_id="a", context=json.loads(recorded))])
    home.dbt("run", "--select", "path:models/staging")
    assert home.rows("select has_gpc from staging.stg_segment__events") == [(is_set,)]


def test_a_decision_is_kept_with_when_how_which_text_and_where_it_stands(home):
    home.deliver([decision(5, "Consent Granted", "ads", anonymous_id="d", user_id="u")])
    build(home)
    assert home.rows(
        "select is_granted, origin, method, text_version, recorded_by, first_answered_at, "
        "file_number, line from marts.fct_consents"
    ) == [(True, "event", "banner", "2026-01", None, at(5), 1, 1)]
    assert status(home) == {"ads": (True, "latest_answer")}


def test_decisions_of_one_day_are_rows_of_their_own_and_none_is_changed_later(home):
    home.deliver(
        decision(minute, event, "ads", anonymous_id="d")
        for minute, event in [
            (1, "Consent Granted"),
            (2, "Consent Withdrawn"),
            (3, "Consent Granted"),
        ]
    )
    build(home)
    before = home.rows("select * exclude (loaded_at) from marts.fct_consents order by line")
    home.deliver([decision(4, "Consent Withdrawn", "ads", anonymous_id="d")])
    build(home)
    after = home.rows(
        "select * exclude (loaded_at) from marts.fct_consents order by file_number, line"
    )
    assert len(before) == 3
    assert after[:3] == before
    assert status(home) == {"ads": (False, "latest_answer")}


def test_when_two_people_turn_out_to_be_one_the_stricter_answer_holds(home):
    home.deliver(
        [
            decision(1, "Consent Withdrawn", "ads", anonymous_id="phone"),
            decision(2, "Consent Granted", "ads", anonymous_id="laptop"),
            login(10, "phone", "u"),
            login(11, "laptop", "u"),
        ]
    )
    build(home)
    assert home.rows("select count(*) from marts.dim_customers") == [(1,)]
    assert status(home) == {"ads": (False, "stricter_of_merged_identities")}

    home.deliver([decision(12, "Consent Granted", "ads", anonymous_id="phone", user_id="u")])
    build(home)
    assert status(home) == {"ads": (True, "latest_answer")}


def test_who_says_yes_after_logging_in_where_they_said_no_is_believed(home):
    home.deliver(
        [
            decision(1, "Consent Withdrawn", "ads", anonymous_id="phone"),
            decision(5, "Consent Granted", "ads", anonymous_id="phone", user_id="u"),
            page(9, anonymous_id="tablet", user_id="u"),
        ]
    )
    build(home)
    assert status(home) == {"ads": (True, "latest_answer")}


def test_a_yes_of_the_account_outweighs_its_own_no_on_another_device(home):
    home.deliver(
        [
            decision(1, "Consent Withdrawn", "ads", anonymous_id="phone", user_id="u"),
            decision(5, "Consent Granted", "ads", anonymous_id="laptop", user_id="u"),
        ]
    )
    build(home)
    assert status(home) == {"ads": (True, "latest_answer")}


def test_a_signal_on_any_device_refuses_ads_and_says_so(home):
    preferences = {"consent": {"categoryPreferences": {"ads": True, "analytics": True}}}
    home.deliver(
        [
            page(1, anonymous_id="laptop", user_id="u", context=preferences),
            page(2, anonymous_id="phone", user_id="u", context={"gpc": "1"}),
        ]
    )
    build(home)
    assert status(home) == {
        "ads": (False, "global_privacy_control"),
        "analytics": (True, "latest_answer"),
    }


def test_what_we_set_is_an_answer_of_the_customer_with_who_wrote_it_down(home):
    home.deliver([page(1, anonymous_id="a"), decision(1, "Consent Granted", "ads", user_id="u")])
    build(home)
    visitors = [
        row[0]
        for row in home.rows(
            "select visitor_id from marts.dim_visitors "
            "inner join marts.dim_consent_status using (customer_id)"
        )
    ]
    payload = {
        "decision_id": "d1",
        "visitor_ids": visitors,
        "purpose": "ads",
        "is_granted": False,
        "method": "phone",
        "recorded_by": "desk",
        "decided_at": "2026-02-01T00:00:00Z",
    }
    with home.connect() as connection:
        connection.execute(
            "insert into ops.ledger values ('1-consent.jsonl', 1, 1, 'consent', ?, ?, ?)",
            [
                datetime.fromisoformat("2026-02-01"),
                json.dumps(payload),
                datetime.fromisoformat("2026-07-01"),
            ],
        )
    build(home)
    assert status(home) == {"ads": (False, "latest_answer")}
    assert home.rows(
        "select visitor_id, method, recorded_by, evidence, file_number, line "
        "from marts.fct_consents where origin = 'command'"
    ) == [(visitors[0], "phone", "desk", "d1", 1, 1)]


def test_each_sensitive_column_names_the_purpose_that_may_use_it(manifest):
    models = [node for node in manifest.nodes.values() if node.resource_type == "model"]
    columns = {name: found for node in models for name, found in node.columns.items()}
    sensitive = {
        name: found.meta["sensitive"]
        for name, found in columns.items()
        if "sensitive" in found.meta
    }
    configured = load(PROJECT / "config" / "purposes.yml").sensitive
    assert sensitive == {name: configured[name] for name in columns if name in configured} != {}
