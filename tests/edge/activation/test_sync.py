import shutil
import stat

import pytest

from edge.activation.state import rebuild_state
from edge.activation.targets import Targets
from edge.consent import decisions
from edge.consent.decisions import Decision
from tests.dagster_project.publish import shop
from tests.edge.activation.sending import TARGETS, joins, leaves, read

CRM = ("crm_files", "cart_abandoners")
ADS = ("ads_files", "cart_abandoners")
MEMBERS = 192  # of 200 customers, those with 4 to 99 items, twice
NO_EMAIL = (
    "update marts.dim_consent_status set is_granted = false "
    "where customer_id = '{}' and purpose = '{}';"
)


def everything(home):
    return {
        path: path.read_bytes()
        for folder in ("exports", "landing")
        for path in sorted((home.path / folder).rglob("*"))
        if path.is_file()
    }


def test_a_first_sync_adds_every_consented_member_of_its_active_segments(home):
    results = home.sync()

    assert results[CRM].status == "synced"
    assert results[CRM].added == results[CRM].members == MEMBERS
    assert len(home.members()) == MEMBERS
    assert len(home.members("ads_files")) == MEMBERS
    assert len(home.members(segment="loyal")) == 50
    (path,) = home.files()
    assert read(path)[0] == {
        "operation": "add",
        "customer_id": "c004",
        "email": "c004@private.example",
        "country": "DE",
        "items": "4",
    }
    (path,) = home.files("ads_files")
    assert read(path)[0] == {"operation": "add", "customer_id": "c004", "country": "DE"}


def test_a_second_sync_without_changes_sends_and_records_nothing(home):
    home.sync()
    before = everything(home)
    home.build()
    results = home.sync()

    assert {result.status for result in results.values()} == {"unchanged", "not activated"}
    assert everything(home) == before


def test_only_the_differences_are_sent_and_removals_come_first(home):
    home.sync()
    home.build(leaves("c150") + leaves("c005") + joins("c001") + joins("c000"))
    result = home.sync()[CRM]

    assert (result.added, result.updated, result.removed) == (2, 0, 2)
    assert home.told()[1] == [
        ("remove", "c005"),
        ("remove", "c150"),
        ("add", "c000"),
        ("add", "c001"),
    ]
    assert len(home.files(segment="loyal")) == 1


def test_a_removal_tells_no_more_than_whom(home):
    home.sync()
    home.build(leaves("c150"))
    home.sync()

    assert read(home.files()[1]) == [
        {"operation": "remove", "customer_id": "c150", "email": "", "country": "", "items": ""}
    ]


def test_someone_who_comes_back_is_added_again(home):
    home.sync()
    for change in (leaves("c150"), joins("c150"), leaves("c150"), joins("c150")):
        home.build(change)
        home.sync()

    assert [rows[0] for rows in home.told()[1:]] == [("remove", "c150"), ("add", "c150")] * 2
    assert "c150" in home.members()


def test_a_changed_value_is_an_update_where_it_is_mapped_and_nothing_elsewhere(home):
    home.sync()
    home.build(
        "update marts.dim_customer_contacts set email = 'new@private.example' "
        "where customer_id = 'c150'"
    )
    results = home.sync()

    assert (results[CRM].updated, results[CRM].added) == (1, 0)
    assert results[ADS].status == "unchanged"
    (row,) = read(home.files()[1])
    assert (row["operation"], row["email"]) == ("update", "new@private.example")


def test_nobody_without_consent_to_the_purpose_of_the_target_is_sent(home):
    home.build(NO_EMAIL.format("c150", "ads") + NO_EMAIL.format("c151", "marketing_email"))
    results = home.sync()

    assert "c150" not in home.members("ads_files")
    assert "c150" in home.members("crm_files")
    assert "c151" not in home.members("crm_files")
    # the segment was made for marketing_email: who refused that is not in its audience either
    assert "c151" not in home.members("ads_files")
    assert (results[CRM].held_back, results[ADS].held_back) == (1, 2)


def test_a_member_who_withdraws_consent_is_removed_though_still_in_the_segment(home):
    home.sync()
    home.build(NO_EMAIL.format("c150", "ads"))
    home.sync()

    assert home.told("ads_files")[1] == [("remove", "c150")]
    assert len(home.files("crm_files")) == 1
    assert home.deliveries()[-1]["reason"] == "no consent"


def test_without_answers_nobody_is_sent_where_the_purpose_must_be_asked_for(home):
    home.sync()
    home.build("drop table marts.dim_consent_status")
    results = home.sync()

    assert results[CRM].removed == MEMBERS
    assert home.members() == set()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("update segments.dim_segments set status = 'too_small'", "segment too_small"),
        ("update segments.dim_segments set status = 'retired'", "segment retired"),
        ("update segments.dim_segments set targets = []", "segment not for this target"),
        ("delete from segments.dim_segments", "segment gone"),
    ],
)
def test_a_segment_that_is_not_active_is_taken_back_and_the_result_says_why(home, change, reason):
    home.sync()
    home.build(f"{change} where segment = 'cart_abandoners'")
    result = home.sync()[CRM]

    assert result.status == "not activated"
    assert result.reason == reason
    assert result.removed == MEMBERS
    assert home.members() == set()
    assert {row["reason"] for row in home.deliveries() if row["operation"] == "remove"} == {reason}


def test_a_segment_too_small_from_the_start_is_never_sent(home):
    result = home.sync()["crm_files", "tiny"]

    assert (result.status, result.reason) == ("not activated", "segment too_small")
    assert home.files(segment="tiny") == []


def test_the_current_file_holds_exactly_the_members_now(home):
    home.sync()
    home.build(leaves("c150") + joins("c001"))
    home.sync()

    current = home.path / "exports" / "crm_files" / "cart_abandoners" / "current.csv"
    assert {row["customer_id"] for row in read(current)} == home.members()
    assert {"operation"}.isdisjoint(read(current)[0])


def test_files_with_contact_data_are_for_their_owner_only(home):
    home.sync()

    modes = {stat.S_IMODE(path.stat().st_mode) for path in home.files("crm_files")}
    assert modes == {0o600}
    assert stat.S_IMODE((home.path / "activation" / "crm_files.duckdb").stat().st_mode) == 0o600


def test_each_delivery_is_in_the_ledger_once_without_contact_data(home):
    home.sync()
    home.build(leaves("c150"))
    home.sync()

    deliveries = home.deliveries()
    sent = [(d["target"], d["segment"], d["customer_id"], d["operation"]) for d in deliveries]
    assert len(sent) == len(set(sent)) == MEMBERS * 2 + 50 + 2
    assert deliveries[-1] == {
        "target": "ads_files",
        "segment": "cart_abandoners",
        "customer_id": "c150",
        "operation": "remove",
        "status": "delivered",
        "attempt": 1,
        "reason": "left the segment",
        "sent_at": "2026-03-03T12:00:00.000000Z",
        "run_id": "run2",
        "sync_id": home.files("ads_files")[1].stem,
        "fingerprint": None,
        "is_certain": True,
        "since_number": 2,
        "ended_at": "2026-03-03T12:00:00.000000Z",
    }
    assert "private.example" not in str(deliveries)


def test_the_fingerprints_of_values_cannot_be_compared_without_the_key(home, tmp_path):
    home.sync()
    first = {d["fingerprint"] for d in home.deliveries()}
    shutil.rmtree(home.path / "activation")
    shutil.rmtree(home.path / "landing")
    home.sync(key=b"another key")

    assert first.isdisjoint({d["fingerprint"] for d in home.deliveries()})


def test_a_lost_state_is_rebuilt_from_the_ledger_and_nothing_is_sent_again(home):
    home.sync()
    home.build(leaves("c150") + joins("c001"))
    home.sync()
    before = everything(home)
    shutil.rmtree(home.path / "activation")
    results = home.sync()

    assert {result.status for result in results.values()} == {"unchanged", "not activated"}
    assert everything(home) == before
    home.build(joins("c150"))
    home.sync()
    assert home.told()[2] == [("add", "c150")]
    assert len(home.members()) == MEMBERS + 1


def test_a_state_can_be_rebuilt_by_hand(home):
    home.sync()
    home.build(leaves("c150"))
    home.sync()

    held = rebuild_state(home.path / "activation", "crm_files", home.path / "landing")
    assert held == MEMBERS - 1 + 50


def test_targets_can_be_synced_one_at_a_time(home):
    one = Targets(targets={"ads_files": TARGETS.targets["ads_files"]})
    assert set(home.sync(targets=one)) == {ADS}
    assert home.files("crm_files") == []


def test_a_member_listed_twice_stops_the_sync_before_anything_is_sent(home):
    home.build(joins("c150"))
    with pytest.raises(RuntimeError, match="cart_abandoners has a member twice"):
        home.sync()
    assert home.files() == []
    assert home.deliveries() == []


def test_a_mapped_column_that_is_not_published_is_named(home):
    home.build("alter table marts.dim_customers rename country to land")
    with pytest.raises(ValueError, match=r"crm_files: a column that is mapped.*country"):
        home.sync()
    assert home.files() == []


def test_a_segment_with_a_name_that_is_a_path_is_refused(home):
    home.build(
        "update segments.dim_segments set segment = '../evil' where segment = 'loyal';"
        "update segments.fct_segment_members set segment = '../evil' where segment = 'loyal'"
    )
    with pytest.raises(ValueError, match=r"got '\.\./evil'"):
        home.sync()
    assert not list(home.path.rglob("evil*"))


def test_a_withdrawal_that_was_set_holds_at_the_next_sync_of_the_same_generation(home):
    home.build()
    home.sync()
    left = sorted(home.members())[0]
    decision = Decision(left, (left,), "marketing_email", False, "letter", "desk", "2026-02-01")
    decisions.record(home.path / "landing", decision, shop.NOW)
    home.sync()

    assert left not in home.members()
    assert home.deliveries()[-1]["reason"] == "no consent"
