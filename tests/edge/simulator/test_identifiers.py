import csv
import re
from collections import defaultdict

import pytest


def normal_email(text: str) -> str:
    return text.strip().lower()


def normal_phone(text: str) -> str:
    return "+" + re.sub(r"\D", "", text)


@pytest.fixture(scope="module")
def identifiers(simulated):
    return simulated.truth("identifiers")


@pytest.fixture(scope="module")
def links(simulated):
    """For each anonymous id, the user ids and the e-mails sent with it."""
    found = defaultdict(set)
    for event in simulated.events:
        if "anonymousId" in event:
            email = event.get("traits", {}).get("email")
            found[event["anonymousId"]] |= {event.get("userId"), email and normal_email(email)}
    return {name: values - {None} for name, values in found.items()}


def test_every_identifier_in_the_events_is_in_the_truth(simulated, identifiers, links):
    known = {row["identifier"]: row["identifier_type"] for row in identifiers}
    assert set(links) == {name for name, kind in known.items() if kind == "anonymous_id"}
    users = {event["userId"] for event in simulated.events if "userId" in event}
    by_events = {row["identifier"] for row in identifiers if row["seen_in"] == "events"}
    assert users == {name for name in by_events if known[name] == "user_id"}


def test_an_anonymous_id_is_linked_exactly_where_the_events_tie_it_to_a_person(identifiers, links):
    people = defaultdict(list)
    for row in identifiers:
        if row["identifier_type"] == "anonymous_id":
            people[row["identifier"]].append(row["is_linked"])
    for name, linked in people.items():
        assert bool(links[name]) == any(linked), name
    assert any(not any(linked) for linked in people.values())


def test_devices_tie_together_only_what_belongs_to_their_people(identifiers, links):
    owners = defaultdict(set)
    for row in identifiers:
        owners[row["identifier"]].add(row["person_id"])
    for name, values in links.items():
        for value in values:
            assert owners[value] <= owners[name]


def test_people_have_several_devices(simulated, identifiers):
    devices = defaultdict(int)
    for row in identifiers:
        if row["identifier_type"] == "anonymous_id":
            devices[row["person_id"]] += 1
    assert {1, 2, 3} <= set(devices.values())


def test_a_few_devices_are_shared_by_people_with_accounts(identifiers, links):
    shared = {row["identifier"] for row in identifiers if row["is_shared"]}
    total = {row["identifier"] for row in identifiers if row["identifier_type"] == "anonymous_id"}
    assert 0 <= len(shared) / len(total) < 0.01
    assert not any(
        len({value for value in links[name] if value.startswith("u1")}) > 1
        for name in total - shared
    )


def test_contacts_normalise_to_those_of_the_truth(simulated, identifiers):
    known = defaultdict(set)
    for row in identifiers:
        known[row["identifier_type"]].add(row["identifier"])
    raw_emails, raw_phones = set(), set()
    for event in simulated.events:
        for traits in (event.get("traits", {}), event["context"].get("traits", {})):
            raw_emails |= {traits.get("email")} - {None}
            raw_phones |= {traits.get("phone")} - {None}
    with (simulated.out / "crm" / "customers.csv").open(newline="", encoding="utf-8") as file:
        records = list(csv.DictReader(file))
    raw_emails |= {record["email_address"] for record in records}
    raw_phones |= {record["phone"] for record in records} - {""}
    assert {normal_email(text) for text in raw_emails} == known["email"]
    assert {normal_phone(text) for text in raw_phones} == known["phone"]
    assert len(raw_emails) > 1.3 * len(known["email"])
    assert all(re.search(r"@example\.(com|org|net)$", name) for name in known["email"])
    assert all(re.fullmatch(r"\+999\d{10}", name) for name in known["phone"])


def test_the_crm_knows_everyone_with_an_account_and_some_from_the_store(simulated):
    with (simulated.out / "crm" / "customers.csv").open(newline="", encoding="utf-8") as file:
        records = list(csv.DictReader(file))
    people = simulated.truth("people")
    numbers = [record["customer_number"] for record in records]
    assert sorted(numbers) == sorted(row["user_id"] for row in people if row["user_id"])
    assert any(row["is_from_store"] for row in people)
    assert list(records[0]) == [
        "customer_number", "email_address", "phone", "first_name", "last_name", "birthday",
        "gender", "street", "city", "postcode", "country", "preferred_channel", "updated_at",
    ]  # fmt: skip


def test_some_people_are_never_identified(simulated):
    people = [row for row in simulated.truth("people") if not row["is_bot"]]
    assert 0.1 < sum(not row["is_known"] for row in people) / len(people) < 0.5
