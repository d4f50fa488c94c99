"""Identity from the events to the tables of visitors, customers and merges."""

import duckdb
import pytest

from dagster_project.identity.resolution import resolve_identities
from tests.warehouse.conftest import CONTACT_KEY, SALT, at


def event(minutes, device=None, user=None, **given):
    return {
        "type": "page",
        "anonymous_id": device,
        "user_id": user,
        "timestamp": at(minutes),
        **given,
    }


def identify(minutes, device, user, email):
    return event(minutes, device, user, type="identify", traits={"email": email})


def customer_of(home):
    return dict(
        home.rows(
            "select identifier_type || ':' || namespace || ':' || identifier, customer_id "
            "from intermediate.int_identifiers_resolved"
        )
    )


def test_people_are_told_apart_and_put_together(home):
    home.deliver(
        [
            event(0, "phone"),
            event(1, "phone", "ann"),
            identify(2, "laptop", "ann", " ANN@Example.com"),
            event(3, "tablet", source="app"),
            identify(4, "tablet", None, "ann@example.com") | {"source": "app"},
            event(5, "phone", source="blog"),  # another namespace: another phone
            event(6, None, "new-name", type="alias", previous_id="ann"),
            event(7, None, "bob", type="alias", previous_id="bobs-cookie"),
            event(8, "bobs-cookie"),
        ],
        customers=[
            {"user_id": "ann", "phone": "+4917012345678", "updated_at": at(0)},
            {"user_id": "carl", "email": "carl@example.com", "updated_at": at(0)},
        ],
        invoice_lines=[
            {"invoice": "1", "customer": "ann", "invoice_at": at(0)},
            {"invoice": "2", "customer": None, "invoice_at": at(0)},
        ],
    )
    counts = home.build(only=[])
    found = customer_of(home)
    ann = found["user_id:shop:ann"]
    together = {name for name, customer in found.items() if customer == ann}
    assert together == {
        "anonymous_id:shop:phone",
        "anonymous_id:shop:laptop",
        "anonymous_id:shop:tablet",
        "user_id:shop:ann",
        "user_id:shop:new-name",
        "email::ann@example.com",
        "phone::+4917012345678",
    }
    assert found["user_id:shop:bob"] == found["anonymous_id:shop:bobs-cookie"]
    assert found["user_id:shop:carl"] == found["email::carl@example.com"]
    alone = [
        "anonymous_id:blog:phone",
        "user_id:online_retail:ann",
        "anonymous_id:online_retail:invoice:2",
    ]
    assert len({found[name] for name in alone} | {ann}) == 4
    assert (counts.customers, counts.shared_devices, counts.is_unchanged) == (6, 0, False)


def test_nothing_is_resolved_twice_unless_links_keys_or_limits_changed(home):
    home.deliver([event(0, "phone", "ann")])
    assert not home.build(only=[]).is_unchanged
    assert home.build(only=[]).is_unchanged
    home.deliver([event(1, "phone", "ann")])
    assert not home.build(only=[]).is_unchanged  # seen once more: the last sighting moved on
    before = customer_of(home)
    with home.connect() as connection:
        counts = resolve_identities(connection, salt=SALT, contact_key=b"rotated")
        assert not counts.is_unchanged
        assert resolve_identities(connection, salt=SALT, contact_key=b"rotated").is_unchanged
    assert customer_of(home) == before  # the key of the hashes may rotate; ids stay
    with home.connect() as connection:
        resolve_identities(connection, salt=b"another", contact_key=CONTACT_KEY)
    assert not set(customer_of(home).values()) & set(before.values())


def test_a_merge_keeps_the_older_id_and_is_logged(home):
    home.deliver([event(0, "phone"), event(1, "laptop", "ann")])
    home.build(only=[])
    before = customer_of(home)
    home.deliver([event(50, "phone", "ann")])
    counts = home.build(only=[])
    assert counts.merges == 1
    assert set(customer_of(home).values()) == {before["anonymous_id:shop:phone"]}
    assert home.rows(
        "select loser_customer_id, customer_id, merged_at, known_at, file_number, line "
        "from intermediate.int_customers_merged"
    ) == [
        (
            before["user_id:shop:ann"],
            before["anonymous_id:shop:phone"],
            at(50),
            at(50 + 2 / 60),
            2,
            1,
        )
    ]


def test_guarded_identifiers_are_counted_and_tie_nobody(home):
    home.deliver(
        [
            *(
                identify(number, f"own-{number}", f"user-{number}", "info@example.com")
                for number in range(4)
            ),
            *(event(10 + number, "kiosk", f"user-{number}") for number in range(2)),
        ]
    )
    counts = home.build(only=[])
    assert (counts.guarded_contacts, counts.shared_devices, counts.customers) == (1, 1, 5)
    assert home.rows(
        "select identifier_type, people_count, customer_id is null "
        "from intermediate.int_identifiers_resolved where is_guarded order by 1"
    ) == [("anonymous_id", 2, False), ("email", 4, True)]


def test_only_groups_that_new_links_touch_are_resolved_and_a_lost_link_resolves_all(home):
    home.deliver([event(0, "phone", "ann"), event(1, "laptop", "bob"), event(2, "kiosk")])
    home.build(only=[])
    with home.connect() as connection:  # a mark on the rows that would not survive
        connection.execute("update intermediate.int_identifiers_resolved set source = 'mark'")
    home.deliver([event(3, "tablet", "ann"), event(4, "new")])
    home.build(only=[])
    kept = "select identifier from intermediate.int_identifiers_resolved where source = 'mark'"
    assert home.rows(f"{kept} order by all") == [("bob",), ("kiosk",), ("laptop",)]
    assert home.rows(
        "select identifier_id, identifier, group_id from intermediate.int_identifiers_resolved "
        "order by 1"
    ) == [
        (1, "phone", 1),
        (2, "ann", 1),
        (3, "laptop", 3),
        (4, "bob", 3),
        (5, "kiosk", 5),
        (6, "tablet", 1),
        (7, "new", 7),
    ]
    with home.connect() as connection:
        connection.execute(
            "delete from intermediate.int_identifiers_linked where identifier_a = 'kiosk'"
        )
    assert home.build(only=[]).identifiers == 6
    assert home.rows(kept) == []


def test_a_resolution_that_fails_leaves_the_tables_as_they_were(home):
    home.deliver([event(0, "phone", "ann")])
    home.build(only=[])
    before = customer_of(home)
    home.deliver([event(1, "phone", "bob")])
    home.dbt("run", "--select", "path:models/staging", "int_identifiers_linked")
    with home.connect() as connection:
        connection.execute("drop table intermediate.int_customers_merged")
        connection.execute("create view intermediate.int_customers_merged as select 1 as one")
        with pytest.raises(duckdb.Error, match="base table"):
            resolve_identities(connection, salt=SALT, contact_key=CONTACT_KEY)
        connection.execute("drop view intermediate.int_customers_merged")
    assert customer_of(home) == before
    assert not home.build(only=[]).is_unchanged
    assert customer_of(home) != before
