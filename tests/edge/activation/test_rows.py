import fcntl

import pytest

from dagster_project.privacy import remains
from edge.activation.state import opened, rebuild_state
from tests.edge.activation.receiver import RowsTarget, Shop

PEOPLE = tuple(f"c{n:02}" for n in range(12))


@pytest.fixture
def shop(tmp_path):
    """Return a shop whose segment of lapsed customers holds ten of twelve."""
    shop = Shop(tmp_path, PEOPLE)
    shop.members = {("lapsed", customer) for customer in PEOPLE[:10]}
    return shop


def test_every_acknowledged_row_is_held_and_a_second_sync_sends_nothing(shop):
    report = shop.sync()
    assert (report.succeeded, report.wanted, report.held) == (True, 10, 10)
    assert shop.receiver.members == shop.wanted()
    shop.receiver.sent()
    shop.sync()
    assert shop.receiver.sent() == []


def test_removals_are_sent_first_then_updates_then_adds(shop):
    shop.sync()
    shop.receiver.sent()
    shop.members -= {("lapsed", "c00")}
    shop.refusals = {"c01"}
    shop.countries = {"c02": "FR"}
    shop.members |= {("loyal", "c00"), ("lapsed", "c11")}
    shop.sync()

    assert shop.receiver.sent() == [
        ("remove", "lapsed", "c00"),
        ("remove", "lapsed", "c01"),
        ("update", "lapsed", "c02"),
        ("add", "lapsed", "c11"),
        ("add", "loyal", "c00"),
    ]


def test_a_failed_row_is_tried_in_each_later_sync_until_accepted_under_one_key(shop):
    shop.members = {("lapsed", "c00"), ("lapsed", "c01")}
    shop.receiver.batch_rows = 2
    shop.receiver.faults = ["rows"]
    assert shop.sync().failed == 1  # the second of the batch
    assert shop.sync().succeeded
    (failed,) = [d for d in shop.ledger() if d["status"] == "failed"]
    assert (failed["customer_id"], failed["attempt"], failed["reason"]) == ("c01", 1, "busy")
    delivered = [d for d in shop.ledger() if d["customer_id"] == "c01"][-1]
    assert (delivered["status"], delivered["attempt"]) == ("delivered", 2)
    keys = {r.key for batch in shop.receiver.batches for r in batch if r.customer_id == "c01"}
    assert len(keys) == 1


def test_a_rejected_row_waits_for_other_content_or_for_a_person(shop):
    shop.receiver.poison = {"c03"}
    report = shop.sync()
    assert (report.held, report.failed) == (9, 0)
    assert [d["customer_id"] for d in shop.ledger() if d["status"] == "rejected"] == ["c03"]

    shop.receiver.poison = set()
    shop.receiver.sent()
    shop.sync()
    assert shop.receiver.sent() == []
    shop.sync(is_retrying_rejected=True)
    assert shop.receiver.sent() == [("add", "lapsed", "c03")]
    assert shop.receiver.members == shop.wanted()


def test_a_rejected_row_is_sent_again_once_its_content_changes(shop):
    shop.receiver.poison = {"c03"}
    shop.sync()
    shop.receiver.poison = set()
    shop.countries = {"c03": "FR"}
    shop.sync()
    assert shop.receiver.members == shop.wanted()


def test_a_removal_is_never_given_up_though_the_target_rejects_it(shop):
    shop.sync()
    shop.receiver.poison = {"c03"}
    shop.refusals = {"c03"}
    for _ in range(2):
        shop.receiver.sent()
        shop.sync()
        assert ("remove", "lapsed", "c03") in shop.receiver.sent()
    shop.receiver.poison = set()
    shop.sync()
    assert shop.receiver.members == shop.wanted()


def test_a_removal_carries_what_the_target_acknowledged_not_what_is_true_now(shop):
    shop.sync()
    shop.countries = {"c03": "FR"}
    shop.refusals = {"c03"}
    shop.sync()
    removal = shop.receiver.effects[-1]
    assert removal.fields == {"email": "c03@private.example", "country": "DE"}


def known_by_country(tmp_path):
    shop = Shop(tmp_path, PEOPLE, RowsTarget(identifying_columns=frozenset({"country"})))
    shop.members = {("lapsed", "c00"), ("lapsed", "c01")}
    shop.sync()
    shop.receiver.sent()
    return shop


def removed_countries(shop):
    rows = [row for batch in shop.receiver.batches for row in batch]
    return [row.fields["country"] for row in rows if row.operation == "remove"]


def test_whoever_is_known_by_a_value_that_changed_is_removed_under_the_old_one(tmp_path):
    shop = known_by_country(tmp_path)
    shop.countries = {"c00": "FR"}
    report = shop.sync()
    assert removed_countries(shop) == ["DE"]
    assert [row.operation for batch in shop.receiver.batches for row in batch] == [
        "remove",
        "update",
    ]
    assert shop.receiver.members == shop.wanted()
    assert (report.held, report.succeeded) == (2, True)
    assert rebuild_state(shop.path / "activation", "fake", shop.path / "landing") == 2
    shop.receiver.sent()
    shop.sync()
    assert shop.receiver.sent() == []


def test_a_removal_after_an_update_with_an_unknown_end_is_sent_for_both_contents(tmp_path):
    shop = known_by_country(tmp_path)
    shop.countries = {"c00": "FR"}
    shop.receiver.faults = [None, *["applied"] * 20]
    assert shop.sync().held == 1
    shop.receiver.faults = []
    shop.countries = {"c00": "IT"}
    shop.receiver.sent()
    shop.sync()
    assert removed_countries(shop) == ["FR"]
    shop.receiver.sent()
    shop.refusals = {"c00"}
    shop.sync()
    assert sorted(removed_countries(shop)) == ["FR", "IT"]


def test_the_old_value_is_removed_before_the_new_one_is_added_or_neither(tmp_path):
    shop = known_by_country(tmp_path)
    shop.countries = {"c00": "FR"}
    shop.receiver.batch_rows = 2
    shop.receiver.codes = {("lapsed", "c00"): [400]}
    shop.sync()
    assert shop.receiver.members["lapsed", "c00"]["country"] == "DE"
    shop.sync()
    assert shop.receiver.members == shop.wanted()


def test_the_ledger_holds_no_values_and_a_rebuilt_state_removes_by_the_values_of_now(shop):
    shop.sync()
    assert "private.example" not in str(shop.ledger())
    held = rebuild_state(shop.path / "activation", "fake", shop.path / "landing")
    assert held == 10
    shop.receiver.sent()
    shop.countries = {"c03": "FR"}
    shop.refusals = {"c03"}
    shop.sync()
    assert shop.receiver.sent() == [("remove", "lapsed", "c03")]
    assert shop.receiver.effects[-1].fields == {"email": "c03@private.example", "country": "FR"}


def test_an_add_with_an_unknown_end_is_removed_when_nobody_wants_it_any_more(shop):
    shop.members = {("lapsed", "c00")}
    shop.receiver.faults = ["applied"] * 20
    report = shop.sync()
    assert (report.held, report.failed) == (0, 1)
    assert set(shop.receiver.members) == {("lapsed", "c00")}

    shop.receiver.faults = []
    shop.refusals = {"c00"}
    shop.sync()
    assert shop.receiver.members == {}


def test_an_add_that_surely_never_arrived_needs_no_removal(shop):
    shop.members = {("lapsed", "c00")}
    shop.receiver.faults = [500] * 20
    shop.sync()
    shop.receiver.faults = []
    shop.receiver.sent()
    shop.refusals = {"c00"}
    shop.sync()
    assert shop.receiver.sent() == []


def test_perhaps_held_survives_the_loss_of_the_state(shop):
    shop.members = {("lapsed", "c00")}
    shop.receiver.faults = ["applied"] * 20
    shop.sync()
    rebuild_state(shop.path / "activation", "fake", shop.path / "landing")
    shop.receiver.faults = []
    shop.refusals = {"c00"}
    shop.sync()
    assert shop.receiver.members == {}


def test_an_add_that_arrives_after_its_removal_is_removed_again(shop):
    shop.members = {("lapsed", "c00")}
    shop.receiver.faults = [("delayed", 600)] + ["dropped"] * 20
    shop.sync()
    shop.receiver.faults = []
    shop.refusals = {"c00"}
    shop.sync()
    assert shop.receiver.members == {}
    shop.settle()
    assert set(shop.receiver.members) == {("lapsed", "c00")}
    shop.sync()
    assert shop.receiver.members == {}
    shop.receiver.sent()
    shop.sync()
    assert shop.receiver.sent() == []


def test_what_is_added_anew_after_a_removal_has_another_key(shop):
    shop.members = {("lapsed", "c00")}
    shop.sync()
    shop.members = set()
    shop.sync()
    shop.members = {("lapsed", "c00")}
    shop.sync()
    first, _, again = shop.receiver.effects
    assert first.fields == again.fields
    assert first.key != again.key
    assert shop.receiver.members == shop.wanted()


def test_one_bad_row_of_many_costs_twice_the_logarithm_in_requests(tmp_path):
    people = tuple(f"c{n:04}" for n in range(1000))
    shop = Shop(tmp_path, people)
    shop.members = {("lapsed", customer) for customer in people}
    shop.receiver.batch_rows = 1000
    shop.receiver.poison = {"c0617"}
    report = shop.sync()
    assert (report.held, report.failed) == (999, 0)
    assert report.requests <= 1 + 2 * 10  # 2 · log2(1000), rounded up


def test_waiting_grows_and_honours_what_the_target_asks(shop):
    shop.receiver.faults = [500, 500, (429, 7.0), None]
    report = shop.sync()
    assert report.succeeded
    # half of the jitter: 3/4 of 0.5 and of 1; then what the target named
    assert shop.clock.waits == [0.375, 0.75, 7.0]


def test_a_target_that_asks_for_more_than_our_patience_is_left_alone_that_long(shop):
    shop.receiver.faults = [(429, 3600.0)]
    report = shop.sync()
    assert report.stopped == "429"
    assert shop.clock.waits == []
    shop.receiver.sent()
    shop.clock.now += 3000
    report = shop.sync()
    assert report.stopped.startswith("429 (since")
    assert shop.receiver.sent() == []
    shop.clock.now += 601
    assert shop.sync().succeeded


def test_a_disabled_target_is_left_alone_until_a_person_acts(shop):
    shop.receiver.faults = [410]
    assert shop.sync().stopped == "410 gone"
    shop.receiver.sent()
    shop.clock.now += 10**7
    assert "410 gone" in shop.sync(is_dry=True).stopped
    report = shop.sync()
    assert "410 gone" in report.stopped
    assert "tessera sync fake --enable" in report.stopped
    assert not report.succeeded
    (told,) = [x for x in report.results if x.members]
    assert (told.status, told.added, told.reason) == ("halted", 0, report.stopped)
    assert shop.receiver.sent() == []
    assert shop.sync(is_enabling=True).succeeded
    assert shop.sync().succeeded


def test_a_disabled_target_forgets_whom_it_surely_never_got_and_nobody_wants_any_more(shop):
    shop.receiver.faults = [410]
    shop.sync()
    assert remains.pending_targets(shop.path / "activation", ["c03"]) == ["fake"]
    shop.members.discard(("lapsed", "c03"))
    assert "410 gone" in shop.sync().stopped
    assert remains.pending_targets(shop.path / "activation", ["c03"]) == []
    assert remains.pending_targets(shop.path / "activation", ["c04"]) == ["fake"]


def test_a_target_that_refuses_everything_is_not_asked_row_by_row(tmp_path):
    people = tuple(f"c{n:04}" for n in range(2000))
    shop = Shop(tmp_path, people)
    shop.members = {("lapsed", customer) for customer in people}
    shop.receiver.batch_rows = 100
    shop.receiver.poison = set(people)
    report = shop.sync()
    assert "rows refused in a row: 400 bad row" in report.stopped
    assert report.requests < 500


def test_full_sends_everything_wanted_again_under_new_keys(shop):
    shop.sync()
    shop.receiver.sent()
    shop.sync(is_full=True)
    assert shop.receiver.sent() == [("update", "lapsed", customer) for customer in PEOPLE[:10]]
    assert len(shop.receiver.effects) == 20


def test_what_full_could_not_send_is_tried_in_each_later_sync_under_one_key(shop):
    shop.sync()
    shop.receiver.sent()
    shop.receiver.batch_rows = 10
    shop.receiver.faults = [500, 500]
    for _ in range(2):
        report = shop.sync(is_full=not shop.receiver.batches, patience_seconds=0.0)
        assert report.failed == 10
        assert [x.status for x in report.results if x.failed] == ["incomplete"]
    assert shop.sync().succeeded
    assert len({row.key for batch in shop.receiver.batches for row in batch}) == 10
    assert len(shop.receiver.sent()) == 30
    shop.sync()
    assert shop.receiver.sent() == []


def test_what_full_sent_and_the_target_refused_for_good_waits_for_a_person(shop):
    shop.sync()
    shop.receiver.poison = {"c03"}
    assert sum(x.rejected for x in shop.sync(is_full=True).results) == 1
    shop.receiver.poison = set()
    shop.receiver.sent()
    shop.sync()
    assert shop.receiver.sent() == []
    shop.sync(is_retrying_rejected=True)
    assert shop.receiver.sent() == [("update", "lapsed", "c03")]
    shop.sync(is_retrying_rejected=True)
    assert shop.receiver.sent() == []


def test_a_sync_that_waits_for_another_of_its_target_says_so(shop):
    shop.sync()
    told = []
    lock = (shop.path / "activation" / "fake.lock").open()
    fcntl.flock(lock, fcntl.LOCK_EX)

    def hear():
        told.append("waiting")
        lock.close()  # the other one ends

    for _ in range(2):
        with opened(shop.path / "activation", "fake", shop.path / "landing", tell_waiting=hear):
            pass
    assert told == ["waiting"]


def test_a_mapped_column_that_is_not_published_is_named_without_our_query(tmp_path):
    shop = Shop(tmp_path, PEOPLE, RowsTarget(columns={"email": "contacts.mail"}))
    with pytest.raises(ValueError, match='not have a column named "mail"') as refused:
        shop.sync()
    assert "email" in str(refused.value)  # what there is instead
    assert "sha256" not in str(refused.value)


def test_a_dry_run_shows_the_plan_and_sends_and_records_nothing(shop):
    report = shop.sync(is_dry=True)
    assert [(x.status, x.added) for x in report.results if x.added] == [("planned", 10)]
    assert shop.receiver.batches == []
    assert shop.ledger() == []
    shop.sync()
    assert shop.receiver.members == shop.wanted()


def test_a_row_of_a_customer_waits_when_an_earlier_one_failed(shop):
    shop.members = {("lapsed", "c00"), ("lapsed", "c01"), ("loyal", "c01")}
    shop.receiver.batch_rows = 2
    shop.receiver.faults = ["rows"]
    report = shop.sync()
    assert report.failed == 2
    assert shop.receiver.sent() == [("add", "lapsed", "c00"), ("add", "lapsed", "c01")]
    shop.sync()
    assert shop.receiver.members == shop.wanted()
