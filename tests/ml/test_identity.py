"""Identity against a replay of the links one by one, and the promises that it makes about ids."""

import hashlib
import hmac

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.identity import TYPES, pseudonyms, resolve

SALT, CONTACT_KEY = b"salt", b"contact key"
LIMITS = {"anonymous_id": 1, "email": 3, "phone": 3}
NO_LIMITS = dict.fromkeys(LIMITS, 10**6)
DAY = pd.Timestamp("2026-01-01")


def link(one, other=None, arrival=(1, 1)):
    """An identifier is written type:text; a contact has no namespace."""
    ends = {}
    for side, end in (("a", one), ("b", other)):
        kind, text = end.split(":", 1) if end else (None, None)
        space = None if end is None else "" if kind in ("email", "phone") else "shop"
        ends |= {f"namespace_{side}": space, f"type_{side}": kind, f"identifier_{side}": text}
    seen = DAY + pd.Timedelta(minutes=arrival[0] * 100 + arrival[1])
    return {
        **ends,
        "source": f"source {arrival[0]}",
        "first_file_number": arrival[0],
        "first_line": arrival[1],
        "first_seen_at": seen,
        "last_seen_at": seen + pd.Timedelta(hours=1),
        "first_received_at": seen,
        "events_loaded_at": DAY,
    }


def frame(links):
    return pd.DataFrame(links, columns=list(link("user_id:u")))


def resolved(links, limits=LIMITS):
    return resolve(frame(links), salt=SALT, contact_key=CONTACT_KEY, max_people=limits)


def customers(resolution):
    found = resolution.identifiers
    columns = found[["identifier_type", "identifier", "customer_id"]].to_numpy().tolist()
    return {f"{kind}:{text}": None if pd.isna(id_) else id_ for kind, text, id_ in columns}


def customer_id(name):
    kind, text = name.split(":", 1)
    space = "" if kind in ("email", "phone") else "shop"
    keyed = hmac.new(SALT, f"{space}|{kind}|{text}".encode(), hashlib.sha256)
    return "c" + keyed.hexdigest()[:24]


def test_the_first_arrived_identifier_names_the_customer():
    found = resolved(
        [
            link("anonymous_id:phone", None, (1, 2)),
            link("user_id:ann", "email:ann@example.com", (1, 3)),
            link("anonymous_id:phone", "user_id:ann", (2, 1)),
            link("anonymous_id:stranger", None, (1, 1)),
        ]
    )
    ann = customer_id("anonymous_id:phone")
    assert customers(found) == {
        "anonymous_id:stranger": customer_id("anonymous_id:stranger"),
        "anonymous_id:phone": ann,
        "user_id:ann": ann,
        "email:ann@example.com": ann,
    }
    merge = found.merges.to_dict("records")
    assert [
        (row["loser_customer_id"], row["customer_id"], row["file_number"], row["line"])
        for row in merge
    ] == [(customer_id("user_id:ann"), ann, 2, 1)]
    assert merge[0]["merged_at"] == merge[0]["known_at"] == DAY + pd.Timedelta(minutes=201)


def test_identifiers_that_arrive_with_their_link_are_no_merge():
    found = resolved(
        [
            link("anonymous_id:phone", "user_id:ann", (1, 1)),
            link("user_id:ann", "email:ann@example.com", (1, 1)),
            link("anonymous_id:laptop", "user_id:ann", (1, 2)),
        ]
    )
    assert set(customers(found).values()) == {customer_id("anonymous_id:phone")}
    assert found.merges.empty


def test_one_event_that_joins_two_old_customers_through_a_new_identifier_is_one_merge():
    found = resolved(
        [
            link("anonymous_id:phone", None, (1, 1)),
            link("email:ann@example.com", None, (1, 2)),
            link("anonymous_id:phone", "user_id:ann", (1, 3)),
            link("user_id:ann", "email:ann@example.com", (1, 3)),
        ]
    )
    assert found.merges[["loser_customer_id", "customer_id"]].to_numpy().tolist() == [
        [customer_id("email:ann@example.com"), customer_id("anonymous_id:phone")]
    ]


@pytest.mark.parametrize(("users", "is_guarded"), [(3, False), (4, True)])
def test_a_contact_of_more_users_than_its_limit_ties_nobody_and_belongs_to_nobody(
    users, is_guarded
):
    found = resolved(
        [
            link(f"user_id:{number}", "email:info@example.com", (1, number))
            for number in range(users)
        ]
    )
    email = found.identifiers.set_index("identifier_type").loc["email"]
    assert (email["is_guarded"], email["people_count"]) == (is_guarded, users)
    assert pd.isna(email["customer_id"]) == is_guarded
    people = found.identifiers[found.identifiers["identifier_type"] == "user_id"]
    assert people["customer_id"].nunique() == (users if is_guarded else 1)


def test_a_device_of_two_people_is_a_customer_of_its_own_and_their_contacts_stay_theirs():
    found = resolved(
        [
            link("anonymous_id:kiosk", "user_id:ann", (1, 1)),
            link("user_id:ann", "email:ann@example.com", (1, 1)),
            link("anonymous_id:kiosk", "user_id:bob", (1, 2)),
            link("anonymous_id:laptop", "user_id:bob", (1, 3)),
        ]
    )
    ann, bob = customer_id("user_id:ann"), customer_id("user_id:bob")
    assert customers(found) == {
        "anonymous_id:kiosk": customer_id("anonymous_id:kiosk"),
        "user_id:ann": ann,
        "email:ann@example.com": ann,
        "user_id:bob": bob,
        "anonymous_id:laptop": bob,
    }
    kiosk = found.identifiers.iloc[0]
    assert (kiosk["identifier"], kiosk["is_guarded"], kiosk["people_count"]) == ("kiosk", True, 2)


def test_a_device_of_one_person_with_two_contacts_is_no_shared_device():
    found = resolved(
        [
            link("anonymous_id:phone", "email:a@example.com", (1, 1)),
            link("anonymous_id:phone", "email:b@example.com", (1, 2)),
            link("user_id:ann", "email:a@example.com", (1, 3)),
            link("user_id:ann", "email:b@example.com", (1, 4)),
        ]
    )
    assert len(set(customers(found).values())) == 1


def test_visitors_and_hashes_are_keyed_apart_and_contacts_have_no_visitor():
    found = resolved(
        [
            link("anonymous_id:x", "user_id:x", (1, 1)),
            link("user_id:x", "email:x@example.com", (1, 2)),
        ]
    ).identifiers.set_index("identifier_type")
    expected = hmac.new(SALT, b"visitor|shop|user_id|x", hashlib.sha256).hexdigest()[:24]
    assert found.loc["user_id", "visitor_id"] == "v" + expected
    assert found.loc["anonymous_id", "visitor_id"] != "v" + expected
    assert pd.isna(found.loc["email", "visitor_id"])
    hashed = hmac.new(CONTACT_KEY, b"email|x@example.com", hashlib.sha256).hexdigest()
    assert found.loc["email", "identifier_hash"] == hashed
    assert pd.isna(found.loc["user_id", "identifier_hash"])


def test_no_links_give_no_identifiers():
    found = resolved([])
    assert found.identifiers.empty
    assert found.merges.empty


@pytest.mark.parametrize("limits", [{}, {**LIMITS, "email": 0}])
def test_a_missing_limit_is_an_error(limits):
    with pytest.raises(ValueError, match="max_people of"):
        resolved([link("user_id:u")], limits)


def test_an_unknown_type_is_an_error():
    with pytest.raises(ValueError, match="unknown identifier types: \\['ip'\\]"):
        resolved([link("ip:1")])


@st.composite
def arrivals(draw):
    """Links in the order they arrive: several of one event share its arrival."""
    names = {
        "anonymous_id": ["a", "b", "c", "d"],
        "user_id": ["u", "v", "w"],
        "email": ["x", "y"],
        "phone": ["p"],
    }
    identifiers = [f"{kind}:{text}" for kind, texts in names.items() for text in texts]
    made, seen = [], set()
    for number in range(draw(st.integers(1, 14))):
        event = draw(st.lists(st.sampled_from(identifiers), min_size=1, max_size=3, unique=True))
        event = sorted(event, key=lambda name: TYPES.index(name.split(":")[0]))
        pairs = [(event[0], None)] if len(event) == 1 else list(zip(event, event[1:], strict=False))
        for one, other in pairs:
            if (one, other) not in seen and not (
                other and one.startswith("anonymous") and other.startswith("anonymous")
            ):
                seen.add((one, other))
                made.append(link(one, other, (1, number)))
    return made


def ends_of(row):
    one = f"{row['type_a']}:{row['identifier_a']}"
    return one, f"{row['type_b']}:{row['identifier_b']}" if row["type_b"] else None


def replay(links):
    """Join sets one link after the other; log each join of two sets that older events had made."""
    order, born, group, merges = [], {}, {}, []
    for row in links:
        arrival = row["first_line"]
        for name in sorted(
            filter(None, ends_of(row)), key=lambda name: TYPES.index(name.split(":")[0])
        ):
            if name not in born:
                born[name] = arrival
    order = sorted(born, key=lambda name: (born[name], TYPES.index(name.split(":")[0]), name))
    rank = {name: number for number, name in enumerate(order)}
    group = {name: {name} for name in order}
    for row in sorted(links, key=lambda row: (row["first_line"], *sorted_ranks(row, rank))):
        one, other = ends_of(row)
        if other is None or group[one] is group[other]:
            continue
        older, newer = sorted(
            (group[one], group[other]), key=lambda names: min(map(rank.get, names))
        )
        first = [min(names, key=rank.get) for names in (older, newer)]
        if born[first[1]] < row["first_line"]:
            merges.append((customer_id(first[1]), customer_id(first[0]), row["first_line"]))
        joined = older | newer
        for name in joined:
            group[name] = joined
    return {name: customer_id(min(group[name], key=rank.get)) for name in order}, merges


def sorted_ranks(row, rank):
    return sorted(rank[name] for name in ends_of(row) if name)


@settings(max_examples=150, deadline=None)
@given(arrivals())
def test_without_limits_customers_and_merges_equal_a_replay_of_the_links(links):
    found = resolved(links, NO_LIMITS)
    expected, merges = replay(links)
    assert customers(found) == expected
    assert list(customers(found)) == list(expected)
    columns = ["loser_customer_id", "customer_id", "line"]
    assert [tuple(row) for row in found.merges[columns].to_numpy().tolist()] == merges


@settings(max_examples=80, deadline=None)
@given(arrivals(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(links, chance):
    mixed = list(links)
    chance.shuffle(mixed)
    one, other = resolved(links), resolved(mixed)
    pd.testing.assert_frame_equal(one.identifiers, other.identifiers)
    pd.testing.assert_frame_equal(one.merges, other.merges)


@settings(max_examples=80, deadline=None)
@given(arrivals(), st.integers(0, 14))
def test_more_data_changes_an_id_only_by_a_merge_into_an_older_customer(links, kept):
    # an event arrives whole, with all of its links
    before = resolved([row for row in links if row["first_line"] < kept], NO_LIMITS)
    after = resolved(links, NO_LIMITS)
    now = customers(after)
    kept_by = dict(after.merges[["loser_customer_id", "customer_id"]].to_numpy().tolist())
    first_of = dict(
        zip(after.identifiers["customer_id"], after.identifiers["identifier_id"], strict=False)
    )
    for name, customer in customers(before).items():
        survivor = customer
        while survivor in kept_by:
            survivor = kept_by[survivor]
        assert now[name] == survivor
    assert set(now.values()) <= set(first_of)


@settings(max_examples=80, deadline=None)
@given(arrivals())
def test_no_customer_is_tied_together_by_a_guarded_identifier(links):
    found = resolved(links, {"anonymous_id": 1, "email": 1, "phone": 1})
    guarded = {
        f"{kind}:{text}"
        for kind, text, flag in found.identifiers[
            ["identifier_type", "identifier", "is_guarded"]
        ].to_numpy()
        if flag
    }
    kept = [row for row in links if not guarded & set(filter(None, ends_of(row)))]
    alone = [
        link(name, None, (1, row["first_line"]))
        for row in links
        for name in filter(None, ends_of(row))
    ]
    expected, _ = replay([*alone, *kept])
    for name, customer in customers(found).items():
        if name in guarded and name.split(":")[0] in ("email", "phone"):
            assert customer is None
        else:
            assert customer == expected[name]


def test_a_hundred_thousand_identifiers_keep_every_person_apart():
    generator = np.random.default_rng(5)
    people = 30_000
    links = []
    for person in range(people):
        for device in range(generator.integers(1, 4)):
            links.append((f"{person}-{device}", person))
    owner = np.array([person for _, person in links])
    count = len(links)
    table = pd.DataFrame(
        {
            "namespace_a": "shop",
            "type_a": "anonymous_id",
            "identifier_a": [device for device, _ in links],
            "namespace_b": "shop",
            "type_b": "user_id",
            "identifier_b": owner.astype(str),
            "source": "shop",
            "first_file_number": 1,
            "first_line": generator.permutation(count),
            "first_seen_at": DAY,
            "last_seen_at": DAY,
            "first_received_at": DAY,
            "events_loaded_at": DAY,
        }
    )
    found = resolve(table, salt=SALT, contact_key=CONTACT_KEY, max_people=LIMITS).identifiers
    users = found[found["identifier_type"] == "user_id"].set_index("identifier")["customer_id"]
    devices = found[found["identifier_type"] == "anonymous_id"]
    assert users.nunique() == people
    owners = devices["identifier"].str.split("-").str[0]
    assert (users.loc[owners].to_numpy() == devices["customer_id"].to_numpy()).all()


def test_whoever_is_alone_has_the_pseudonyms_that_a_resolution_gives():
    found = resolved([link("user_id:u"), link("anonymous_id:a", arrival=(1, 2))]).identifiers
    names = found[["namespace", "identifier_type", "identifier"]].itertuples(index=False, name=None)
    given = pseudonyms(list(names), salt=SALT)
    assert given == list(zip(found["visitor_id"], found["customer_id"], strict=True))
