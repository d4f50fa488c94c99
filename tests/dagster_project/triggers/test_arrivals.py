"""What has landed since a generation: read as ingestion reads it, and whose it is."""

import duckdb
import pytest

from dagster_project.triggers import arrivals
from edge import published
from edge.consent.purposes import load as load_purposes
from edge.triggers import rules
from tests.conftest import PROJECT
from tests.dagster_project.triggers.trigger_home import event, view

PURPOSES = load_purposes(PROJECT / "config" / "purposes.yml")


@pytest.fixture
def read(home, tmp_path):
    """Return what reads the files that have landed, as rows of events and customers."""

    def reading():
        generation = published.newest(home.path / "published")
        found = rules.load(generation, PURPOSES)
        folder = tmp_path / f"read {len(list(tmp_path.iterdir()))}"
        return arrivals.read(home.platform, generation, found, folder)

    return reading


def customers(found):
    """Return by message whose event it is."""
    with duckdb.connect() as connection:
        return dict(
            connection.execute(
                f"select message_id, customer_id from '{found.events}' "
                f"join '{found.visitors}' using (visitor_id)"
            ).fetchall()
        )


def customer_of(home, person):
    with published.open_read_only(published.newest(home.path / "published")) as connection:
        ((customer,),) = connection.execute(
            "select distinct customer_id from marts.fct_events join marts.dim_visitors "
            "using (visitor_id) where message_id like ?",
            [f"{person}-%"],
        ).fetchall()
        return customer


def test_what_the_generation_holds_is_not_read_again(home, read):
    assert (read().files, read().newest_at) == (0, None)
    home.land(view("ann", 600))
    found = read()
    assert (found.files, found.file_number) == (1, 2)
    assert list(customers(found)) == ["ann-ProductViewed-600"]


def test_a_known_device_or_user_is_the_customer_it_was(home, read):
    home.land(view("ann", 600), view("bob", 601, user=False))
    assert customers(read()) == {
        "ann-ProductViewed-600": customer_of(home, "ann"),
        "bob-ProductViewed-601": customer_of(home, "bob"),
    }


def test_a_new_device_of_a_known_user_is_that_customer(home, read):
    on_phone = view("ann", 600) | {"anonymousId": "phone"}
    before = view("ann", 599, user=False) | {"anonymousId": "phone"}
    home.land(before, on_phone)
    assert set(customers(read()).values()) == {customer_of(home, "ann")}


def test_a_newcomer_is_one_customer_on_device_and_as_user(home, read):
    home.land(view("zoe", 600, user=False), view("zoe", 601))
    (customer,) = set(customers(read()).values())
    assert customer not in {customer_of(home, person) for person in ("ann", "bob")}


def test_a_line_that_ingestion_refuses_is_left_out(home, read):
    home.land(view("ann", 600), {"type": "track"}, event("ann", 601, ""))
    assert list(customers(read())) == ["ann-ProductViewed-600"]
