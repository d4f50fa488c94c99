import json
import re
import time

import pytest
from confluent_kafka import Consumer, TopicPartition

from edge.activation.kinds import kafka
from edge.activation.rows import Disabled, Unavailable
from tests.edge.activation.kinds.sending import configured, opened, row, statuses
from tests.edge.activation.kinds.servers import free_port

WORDS = {
    "kind": "kafka",
    "brokers_env": "CRM_BROKERS",
    "security": "plaintext",
    "purpose": "marketing_email",
    "columns": {"email": "contacts.email"},
}


@pytest.fixture
def kafka_brokers(kafka_cluster):
    """Return the addresses of the brokers."""
    brokers = kafka_cluster.list_topics(timeout=10).brokers.values()
    return ",".join(f"{broker.host}:{broker.port}" for broker in brokers)


@pytest.fixture
def topic(kafka_cluster, request):
    """Return a topic of this test's own."""
    name = re.sub("[^a-z_]", "", request.node.name)
    while kafka_cluster.list_topics(name, timeout=10).topics[name].error is not None:
        time.sleep(0.05)  # it is made at first sight
    return name


@pytest.fixture
def sender(kafka_brokers, topic):
    """Return a function that opens the way to the mock cluster."""
    return lambda **words: opened(
        {"CRM_BROKERS": kafka_brokers}, **{**WORDS, "topic": topic, **words}
    )


def produced(brokers, topic):
    """Return every message of a topic, partition by partition."""
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "tests"})
    found = []
    for partition in consumer.list_topics(topic, timeout=10).topics[topic].partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
        consumer.assign([TopicPartition(topic, partition, low)])
        while len([m for m in found if m.partition() == partition]) < high - low:
            message = consumer.poll(10)
            assert message is not None
            assert message.error() is None
            found.append(message)
    consumer.close()
    return found


def test_each_row_is_a_message_keyed_by_its_customer(kafka_brokers, topic, sender):
    answers = sender().send([row("bob", "remove"), row("ann", email="a@x.org")])

    messages = {m.key(): m for m in produced(kafka_brokers, topic)}
    assert statuses(answers) == ["delivered"] * 2
    assert set(messages) == {b"bob", b"ann"}
    assert dict(messages[b"bob"].headers()) == {
        "id": b"loyal-bob-remove",
        "operation": b"remove",
        "segment": b"loyal",
    }
    assert json.loads(messages[b"ann"].value())["traits"] == {"email": "a@x.org"}


def test_each_customer_keeps_the_order_of_their_rows(kafka_brokers, topic, sender):
    way = sender()
    for step in range(5):
        way.send([row(f"c{n}", "update", key=f"{step}-{n}") for n in range(200)])

    found = {}
    for message in produced(kafka_brokers, topic):
        found.setdefault(message.key(), []).append(dict(message.headers())["id"].decode())
    assert len(found) == 200
    for customer, keys in found.items():
        assert keys == [f"{step}-{customer.decode()[1:]}" for step in range(5)]


def test_a_message_that_is_too_large_is_rejected_alone(kafka_brokers, topic, sender):
    answers = sender().send([row("ann", email="a" * 2_000_000), row("bob", email="b@x.org")])
    assert statuses(answers) == ["rejected", "delivered"]
    assert answers[0].reason == "refused (MSG_SIZE_TOO_LARGE)"
    assert [message.key() for message in produced(kafka_brokers, topic)] == [b"bob"]


def test_brokers_that_are_not_there_may_come_back(monkeypatch):
    monkeypatch.setattr(kafka, "CONNECT_SECONDS", 0.5)
    with pytest.raises(Unavailable) as absent:
        opened({"CRM_BROKERS": f"127.0.0.1:{free_port()}"}, **WORDS, topic="t").send([row("ann")])
    assert absent.value.is_certain


def test_the_producer_is_idempotent_and_waits_for_every_replica(sender):
    settings = sender().settings
    assert settings["enable.idempotence"] is True
    assert settings["acks"] == "all"


def test_a_topic_that_is_missing_is_disabled(sender):
    with pytest.raises(Disabled, match="UNKNOWN_TOPIC_OR_PART"):
        sender(topic="nowhere").send([row("ann")])


@pytest.mark.parametrize(
    "words",
    [
        {"security": "sasl_ssl"},
        {"security": "sasl_ssl", "username_env": "A"},
        {"security": "ssl", "username_env": "A", "password_env": "B"},
        {"password_env": "B"},
    ],
)
def test_a_password_belongs_to_a_way_that_is_encrypted(words):
    with pytest.raises(ValueError, match="belong to security: sasl_ssl"):
        configured(**{**WORDS, "topic": "t", **words})


def test_a_password_that_the_environment_lacks_is_named():
    words = {"security": "sasl_ssl", "username_env": "NAME", "password_env": "PASS", "topic": "t"}
    with pytest.raises(Disabled, match="PASS is not set"):
        opened({"CRM_BROKERS": "127.0.0.1:1", "NAME": "me"}, **{**WORDS, **words})
