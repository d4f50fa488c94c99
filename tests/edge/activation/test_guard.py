"""A sync that would change more of a target than was foreseen waits for a person."""

import pytest

from tests.edge.activation.receiver import RowsTarget, Shop

PEOPLE = tuple(f"c{n:02}" for n in range(12))


def guarded(**shares):
    return RowsTarget(guarded_from_rows=0, **shares)


@pytest.mark.parametrize(
    ("held", "removed", "refused"),
    [
        (9, 9, None),  # young: below the floor nothing is asked
        (10, 5, None),  # half of them, no more
        (10, 6, "it would remove 6 rows of the 10 held (60%); max_removed_share is 50%"),
    ],
)
def test_without_shares_of_its_own_a_target_is_guarded_once_it_holds_enough(
    tmp_path, held, removed, refused
):
    shop = Shop(tmp_path, PEOPLE, RowsTarget(guarded_from_rows=10))
    shop.members = {("lapsed", customer) for customer in PEOPLE[:held]}
    assert shop.sync().succeeded
    shop.members -= {("lapsed", customer) for customer in PEOPLE[:removed]}
    assert shop.sync().refused == refused


def test_customers_who_are_gone_withdrew_nothing_so_the_guard_asks(tmp_path):
    shop = Shop(tmp_path, PEOPLE, RowsTarget(guarded_from_rows=2))
    shop.members = {("lapsed", customer) for customer in PEOPLE[:10]}
    assert shop.sync().succeeded
    shop.customers = tuple(f"d{n:02}" for n in range(12))  # all have other names: the salt was lost
    shop.members = {("lapsed", customer) for customer in shop.customers[:10]}
    assert shop.sync().refused == (
        "it would remove 10 rows of the 10 held (100%); max_removed_share is 50%"
    )
    assert len(shop.receiver.members) == 10


def test_a_refused_sync_still_removes_the_few_who_are_gone(tmp_path):
    shop = Shop(tmp_path, PEOPLE, RowsTarget(guarded_from_rows=2))
    shop.members = {("lapsed", customer) for customer in PEOPLE[:10]}
    assert shop.sync().succeeded
    shop.customers = PEOPLE[1:]  # the first was erased
    shop.members = {("lapsed", customer) for customer in PEOPLE[8:]}
    assert shop.sync().refused is not None
    assert {customer for _, customer in shop.receiver.members} == set(PEOPLE[1:10])


def test_a_mature_target_more_than_doubles_only_when_confirmed(tmp_path):
    shop = Shop(tmp_path, PEOPLE, RowsTarget(guarded_from_rows=2))
    shop.members = {("lapsed", customer) for customer in PEOPLE[:4]}
    assert shop.sync().succeeded
    shop.members |= {("lapsed", customer) for customer in PEOPLE[:9]}
    assert shop.sync().refused == (
        "it would add 5 rows of the 4 held (125%); max_added_share is 100%"
    )


def test_a_sync_beyond_its_share_is_refused_until_confirmed_but_withdrawals_go(tmp_path):
    shop = Shop(tmp_path, PEOPLE, guarded(max_removed_share=0.2, max_added_share=0.2))
    shop.members = {("lapsed", customer) for customer in PEOPLE[:10]} | {("loyal", "c04")}
    assert shop.sync().succeeded  # empty before: no violation
    shop.receiver.sent()
    shop.members -= {("lapsed", customer) for customer in ("c00", "c01", "c02")}
    shop.refusals = {"c04", "c05", "c06"}
    report = shop.sync()
    assert report.refused == (
        "it would remove 3 rows of the 11 held (27%); max_removed_share is 20%"
    )
    assert {x.segment: (x.status, x.removed) for x in report.results if x.sync_id} == {
        "lapsed": ("refused", 3),
        "loyal": ("synced", 1),  # of this one nothing waits
    }
    withdrawn = [*(("lapsed", f"c0{n}") for n in (4, 5, 6)), ("loyal", "c04")]
    assert sorted(shop.receiver.sent()) == [("remove", *member) for member in withdrawn]
    assert shop.sync(is_confirmed=True).refused is None
    assert shop.receiver.members == shop.wanted()


def test_withdrawals_alone_are_never_refused(tmp_path):
    shop = Shop(tmp_path, PEOPLE, guarded(max_removed_share=0.0))
    shop.members = {("lapsed", customer) for customer in PEOPLE[:10]}
    shop.sync()
    shop.refusals = set(PEOPLE[:6])
    assert shop.sync().succeeded
    assert shop.receiver.members == shop.wanted()


def test_what_was_allowed_once_and_could_not_be_finished_is_not_asked_again(tmp_path):
    shop = Shop(tmp_path, PEOPLE, guarded(max_added_share=0.1))
    shop.members = {("lapsed", customer) for customer in PEOPLE}
    shop.receiver.faults = [None, *[500] * 20]
    assert shop.sync().held == 4
    shop.receiver.faults = []
    assert shop.sync().succeeded
    assert shop.receiver.members == shop.wanted()
