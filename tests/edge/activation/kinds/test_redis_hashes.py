import threading

import pytest
import redis

from edge.activation.rows import Disabled, Unavailable
from tests.edge.activation.kinds.sending import configured, opened, row, statuses
from tests.edge.activation.kinds.servers import free_port

WORDS = {
    "kind": "redis",
    "url_env": "CRM_URL",
    "purpose": "personalisation",
    "columns": {"country": "customers.country", "items": "features.open_cart_items"},
}


@pytest.fixture
def store(redis_url):
    """Return a client of the real server, emptied."""
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def sender(redis_url, store):
    """Return a function that opens the way to the real server."""
    return lambda **words: opened({"CRM_URL": redis_url}, **{**WORDS, **words})


def test_a_customer_is_a_hash_and_a_segment_is_a_set(sender, store):
    answers = sender().send(
        [row("ann", country="DE", items=3), row("bob", country=None), row("ann", segment="new")]
    )
    assert statuses(answers) == ["delivered"] * 3
    assert store.smembers("tessera:segment:loyal") == {"ann", "bob"}
    assert store.smembers("tessera:segment:new") == {"ann"}
    assert store.hgetall("tessera:customer:bob") == {"customer_id": "bob", "in:loyal": "1"}


def test_an_update_leaves_nothing_of_what_was_there_before(sender, store):
    way = sender()
    way.send([row("ann", country="DE", items=3)])
    way.send([row("ann", "update", country=None, items=4)])
    assert store.hgetall("tessera:customer:ann") == {
        "customer_id": "ann",
        "in:loyal": "1",
        "items": "4",
    }


def test_a_customer_is_forgotten_with_the_last_segment(sender, store):
    way = sender()
    way.send([row("ann", country="DE"), row("ann", segment="new", country="DE")])
    way.send([row("ann", "remove", segment="new")])
    assert store.hgetall("tessera:customer:ann") == {
        "customer_id": "ann",
        "in:loyal": "1",
        "country": "DE",
    }
    way.send([row("ann", "remove")])
    assert store.keys() == []


def test_the_same_rows_twice_leave_redis_as_once_would(sender, store):
    way = sender()
    rows = [row("bob", "remove"), row("ann", country="DE"), row("ann", segment="new", country="DE")]
    way.send(rows)
    once = _all(store)
    way.send(rows)
    assert _all(store) == once


def _all(store):
    return {
        key: store.hgetall(key) if store.type(key) == "hash" else store.smembers(key)
        for key in store.scan_iter()
    }


def test_nobody_reads_half_of_a_batch(sender, store, redis_url):
    """A reader that asks all the time sees every hash with both of its columns, or none."""
    way = sender()
    names = [f"c{number}" for number in range(50)]
    seen, is_over = [], threading.Event()

    def read():
        with redis.Redis.from_url(redis_url, decode_responses=True) as client:
            while not is_over.is_set():
                pipeline = client.pipeline(transaction=True)
                for name in names:
                    pipeline.hgetall(f"tessera:customer:{name}")
                seen.append({found.get("items") for found in pipeline.execute()})

    reader = threading.Thread(target=read)
    reader.start()
    for items in range(100):
        way.send([row(name, "update", country="DE", items=items) for name in names])
    is_over.set()
    reader.join()
    assert len(seen) > 1
    assert all(len(found) == 1 for found in seen)


def test_what_is_not_written_again_is_forgotten(sender, store):
    sender(ttl_seconds=600).send([row("ann", country="DE")])
    for key in ("tessera:customer:ann", "tessera:segment:loyal"):
        assert 590 <= store.ttl(key) <= 600
    sender(prefix="forever").send([row("ann", country="DE")])
    assert store.ttl("forever:customer:ann") == -1


def test_a_bad_row_is_rejected_and_the_others_stand(sender, store):
    answers = sender(types={"items": "integer"}).send(
        [row("ann", items="planted"), row("bob", items="\ud800"), row("cat", items=1)]
    )
    assert statuses(answers) == ["rejected", "rejected", "delivered"]
    assert store.smembers("tessera:segment:loyal") == {"cat"}


def test_a_key_of_another_make_is_disabled_and_not_quoted(sender, store):
    store.set("tessera:segment:loyal", "planted@example.com")
    with pytest.raises(Disabled) as refused:
        sender().send([row("ann")])
    assert "planted" not in str(refused.value)


def test_a_full_redis_takes_rows_later_and_removals_now(sender, store):
    store.config_set("maxmemory", "1")
    try:
        with pytest.raises(Unavailable, match="not now"):
            sender().send([row("ann")])
        assert store.keys() == []
        assert statuses(sender().send([row("ann", "remove")])) == ["delivered"]
    finally:
        store.config_set("maxmemory", "0")


def test_a_password_that_is_wrong_is_disabled(redis_url, store):
    store.config_set("requirepass", "right")
    try:
        with pytest.raises(Disabled, match="access is refused"):
            opened({"CRM_URL": redis_url.replace("//", "//:wrong@")}, **WORDS).send([row("ann")])
    finally:
        store.auth("right")
        store.config_set("requirepass", "")


def test_a_redis_that_is_not_there_may_come_back():
    with pytest.raises(Unavailable) as absent:
        opened({"CRM_URL": f"redis://127.0.0.1:{free_port()}"}, **WORDS).send([row("ann")])
    assert absent.value.is_certain


def test_what_is_no_address_is_disabled():
    with pytest.raises(Disabled, match="no URL of Redis") as refused:
        opened({"CRM_URL": "secret"}, **WORDS)
    assert "secret" not in str(refused.value)


def test_a_prefix_has_no_blanks():
    with pytest.raises(ValueError, match="prefix"):
        configured(**WORDS, prefix="a b")
