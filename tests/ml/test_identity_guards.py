"""What somebody shared who is gone ties nobody together afterwards."""

from ml.identity import guard, resolve
from tests.ml.test_identity import CONTACT_KEY, LIMITS, SALT, customers, frame, link

ANN = [
    link("anonymous_id:ann's", "user_id:ann", (1, 1)),
    link("anonymous_id:shared", "user_id:ann", (1, 2)),
]
BOB = [
    link("anonymous_id:shared", "user_id:bob", (1, 3)),
    link("anonymous_id:bob's", "user_id:bob", (1, 4)),
]
SHARED = ("shop", "anonymous_id", "shared")


def resolved(links, guarded=()):
    return customers(
        resolve(
            frame(links),
            salt=SALT,
            contact_key=CONTACT_KEY,
            max_people=LIMITS,
            guarded=guard(guarded, salt=SALT),
        )
    )


def test_a_shared_device_stays_its_own_customer_when_one_of_two_is_gone():
    before = resolved(ANN + BOB)
    after = resolved(BOB, [SHARED])
    assert after == {name: before[name] for name in after}
    assert after["anonymous_id:shared"] != after["user_id:bob"]
    # without the guard the device would become the other person's
    assert len(set(resolved(BOB).values())) == 1


def test_a_shared_contact_still_ties_nobody_together():
    links = [link(f"user_id:{n}", "email:team@x.com", (1, n)) for n in range(1, 5)]
    before = resolved(links)
    after = resolved(links[1:], [("", "email", "team@x.com")])
    assert after == {name: before[name] for name in after}
    assert after["email:team@x.com"] is None


def test_a_guard_names_nobody():
    (name,) = guard([SHARED], salt=SALT)
    assert len(name) == 64
    assert "shared" not in name
