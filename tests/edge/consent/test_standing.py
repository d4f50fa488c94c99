"""What holds for one customer, with every answer behind it."""

from datetime import datetime

import pytest

from edge.consent import decisions, standing
from edge.consent.purposes import load
from edge.privacy import lines
from tests.conftest import PROJECT
from tests.dagster_project.publish import shop

PURPOSES = load(PROJECT / "config" / "purposes.yml")
ANSWERS = """
create table marts.fct_consents as
select 'v1' as visitor_id, 'marketing_email' as purpose, true as is_granted, 'event' as origin,
    'banner' as method, 'v7' as text_version, null::varchar as recorded_by, 'm1' as evidence,
    timestamp '2026-01-10' as first_answered_at, date '2026-01-10' as answered_date,
    3 as file_number, 14 as line
union all
select
    'v1', 'ads', true, 'preferences', null, null, null, null,
    timestamp '2026-01-11', date '2026-01-11', 4, 15;
alter table marts.dim_consent_status add column reason varchar;
update marts.dim_consent_status set reason = 'latest_answer';
"""
AT = datetime.fromisoformat("2026-02-01T10:00:00")


def show(home, customer="c001"):
    found, proofs = standing.standings(home / "published", home / "landing", customer, PURPOSES)
    return {x.purpose: (x.is_permitted, x.reason) for x in found}, proofs


def since(home, purpose):
    found, _ = standing.standings(home / "published", home / "landing", "c001", PURPOSES)
    return next(x.answered_at for x in found if x.purpose == purpose)


def decide(home, purpose, *, is_granted, customer="c001"):
    return standing.decide(
        home / "published",
        home / "landing",
        customer,
        purpose,
        is_granted=is_granted,
        method="letter",
        recorded_by="desk",
        text_version="v8",
        decided_at=AT,
        purposes=PURPOSES,
    )


@pytest.fixture
def home(tmp_path):
    shop.make(tmp_path)
    shop.publish_home(tmp_path, "b1", ANSWERS)
    return tmp_path


def test_each_purpose_says_what_decided_it_and_shows_the_proof(home):
    holds, proofs = show(home)

    assert holds == {
        "ads": (True, "latest_answer"),
        "analytics": (True, "no_answer"),
        "marketing_email": (True, "latest_answer"),
        "personalisation": (True, "no_answer"),
        "sensitive_traits": (False, "no_answer"),
    }
    assert [(x.origin, x.method, x.text_version, x.evidence) for x in proofs] == [
        ("event", "banner", "v7", "m1"),
        ("preferences", None, None, "landing file 00000004, line 15"),
    ]


def test_the_gate_stands_after_somebody_who_withdrew_was_erased(home):
    decide(home, "ads", is_granted=False)
    (path,) = (home / "landing" / "tessera_ledger").glob("*-consent-*")
    lines.replace_lines(path, {1: b""})  # as an erasure does
    holds, proofs = show(home)
    assert holds["ads"] == (True, "latest_answer")
    assert len(proofs) == 2


def test_a_withdrawal_that_is_set_shows_at_once_with_who_wrote_it_down(home):
    decision = decide(home, "marketing_email", is_granted=False)
    holds, proofs = show(home)

    assert holds["marketing_email"] == (False, "set_since")
    assert since(home, "marketing_email") == AT
    assert decision.visitor_ids == ("v1",)
    last = proofs[-1]
    assert (last.origin, last.recorded_by, last.text_version) == ("command", "desk", "v8")
    assert (last.answered_at, last.is_granted) == (AT, False)


def test_a_grant_that_is_set_waits_for_a_refresh(home):
    decide(home, "sensitive_traits", is_granted=True)

    assert show(home)[0]["sensitive_traits"] == (False, "no_answer")
    assert len(list(decisions.recorded(home / "landing"))) == 1


def test_nothing_is_written_for_strangers_and_purposes_that_there_are_not(home):
    with pytest.raises(LookupError, match="no customer nobody"):
        decide(home, "ads", is_granted=True, customer="nobody")
    with pytest.raises(ValueError, match="no purpose 'selling'"):
        decide(home, "selling", is_granted=True)
    assert list(decisions.recorded(home / "landing")) == []
