import json
import socket

import pika
import pytest

from edge.activation.kinds import rabbitmq
from edge.activation.rows import Disabled, Unavailable
from tests.edge.activation.kinds.relaying import relayed
from tests.edge.activation.kinds.sending import configured, opened, row, statuses
from tests.edge.activation.kinds.servers import free_port

WORDS = {
    "kind": "rabbitmq",
    "url_env": "CRM_URL",
    "purpose": "marketing_email",
    "columns": {"email": "contacts.email"},
    "routing_key": "crm.{segment}",
}


@pytest.fixture
def channel(rabbitmq_url):
    """Return a channel of the real server with a queue of this test's own."""
    connection = pika.BlockingConnection(pika.URLParameters(rabbitmq_url))
    channel = connection.channel()
    channel.queue_declare("crm.loyal", durable=True)
    yield channel
    if connection.is_open:
        connection.channel().queue_delete("crm.loyal")
        connection.close()


def sender(rabbitmq_url, **words):
    return opened({"CRM_URL": rabbitmq_url}, **{**WORDS, **words})


def taken(channel, queue="crm.loyal"):
    """Take every message of a queue: its properties and content."""
    found = []
    while True:
        method, properties, body = channel.basic_get(queue, auto_ack=True)
        if method is None:
            return found
        found.append((properties, json.loads(body)))


def test_each_row_is_a_persistent_message_with_its_key_as_id(rabbitmq_url, channel):
    answers = sender(rabbitmq_url).send([row("bob", "remove"), row("ann", email="a@x.org")])

    (first, removed), (second, added) = taken(channel)
    assert statuses(answers) == ["delivered"] * 2
    assert [first.message_id, second.message_id] == [removed["id"], added["id"]]
    assert first.delivery_mode == second.delivery_mode == 2
    assert second.content_type == "application/json"
    assert first.headers == {"operation": "remove", "segment": "loyal"}
    assert added == {
        "id": "loyal-ann-add",
        "operation": "add",
        "segment": "loyal",
        "customer_id": "ann",
        "user_id": "ann",
        "traits": {"email": "a@x.org"},
    }


def test_rows_keep_their_order(rabbitmq_url, channel):
    names = [f"c{number:03}" for number in range(300)]
    sender(rabbitmq_url).send([row(name) for name in names])
    assert [content["customer_id"] for _, content in taken(channel)] == names


def test_messages_that_no_queue_takes_are_not_acknowledged(rabbitmq_url, channel):
    way = sender(rabbitmq_url)
    with pytest.raises(Disabled, match="no queue takes") as lost:
        way.send([row("ann", segment="nowhere")])
    assert lost.value.is_certain
    with pytest.raises(Disabled, match="no queue takes") as half:
        way.send([row("ann"), row("ann", segment="nowhere")])
    assert not half.value.is_certain
    assert statuses(way.send([row("bob")])) == ["delivered"]  # the way stays open


def test_a_queue_that_is_full_takes_messages_later(rabbitmq_url, channel):
    arguments = {"x-max-length": 1, "x-overflow": "reject-publish"}
    channel.queue_declare("crm.full", arguments=arguments)
    way = sender(rabbitmq_url)
    with pytest.raises(Unavailable, match="did not take") as full:
        way.send([row(name, segment="full") for name in ("ann", "bob", "cat")])
    assert not full.value.is_certain
    channel.queue_delete("crm.full")


def test_an_exchange_that_is_missing_is_disabled(rabbitmq_url, channel):
    with pytest.raises(Disabled, match="404"):
        sender(rabbitmq_url, exchange="nowhere").send([row("ann")])


def test_a_connection_that_breaks_half_way_is_uncertain_and_what_follows_is_in_order(
    rabbitmq_url, channel
):
    names = [f"c{number:03}" for number in range(300)]
    rows = [row(name) for name in names]
    port = int(rabbitmq_url.split(":")[-1].split("/")[0])
    with relayed(port) as relay:
        way = sender(rabbitmq_url.replace(str(port), str(relay.port)))
        relay.limit = 50_000  # of about 120 kB
        with pytest.raises(Unavailable) as broken:
            way.send(rows)
        assert not broken.value.is_certain
        relay.limit = None
        assert statuses(way.send(rows)) == ["delivered"] * 300
    found = [content["customer_id"] for _, content in taken(channel)]
    assert found[-300:] == names
    assert found[:-300] == names[: len(found) - 300]


def test_a_password_that_is_wrong_is_disabled_and_not_quoted(rabbitmq_url):
    with pytest.raises(Disabled, match="access is refused") as refused:
        sender(rabbitmq_url.replace("guest:guest", "guest:planted")).send([row("ann")])
    assert "planted" not in str(refused.value)


def test_a_broker_that_is_not_there_may_come_back():
    with pytest.raises(Unavailable) as absent:
        sender(f"amqp://guest:guest@127.0.0.1:{free_port()}").send([row("ann")])
    assert absent.value.is_certain


def test_a_broker_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(rabbitmq, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        way = sender(f"amqp://guest:guest@127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(Unavailable, match="no word in time"):
            way.send([row("ann")])


@pytest.mark.parametrize("address", ["planted", "http://planted", "amqp://planted:port"])
def test_what_is_no_address_is_disabled(address):
    with pytest.raises(Disabled, match="no URL of AMQP") as refused:
        sender(address)
    assert "planted" not in str(refused.value)


def test_a_name_that_amqp_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="255 bytes"):
        configured(**{**WORDS, "routing_key": "a" * 256})
