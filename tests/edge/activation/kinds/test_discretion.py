"""No kind of target tells anybody but the target what a row or a secret says."""

import logging
import traceback

import psycopg
import pytest

from edge.activation.opening import open_sender
from edge.activation.rows import TargetError
from edge.activation.targets import Targets
from tests.contents import contents
from tests.edge.activation.kinds.sending import NOW, configured, opened, row

PLANTED = "planted@example.com"
SECRET = "planted-secret"
COLUMNS = {"purpose": "ads", "columns": {"email": "contacts.email"}}
HTTP = {**COLUMNS, "url_env": "URL", "allow_private_addresses": True}
AUDIENCE = {**HTTP, "token_env": "SECRET", "audiences": {"loyal": "1"}}
CALL = {"path": "/in", "body": "{rows}"}
KINDS = {
    "webhook": {**HTTP, "secret_env": ["SIGNING"]},
    "segment": {**HTTP, "write_key_env": "SECRET"},
    "rest": {**HTTP, "headers_env": {"X-Key": "SECRET"}, "upsert": CALL, "remove": CALL},
    "google_customer_match": {
        **AUDIENCE, "account_id": "1234567890", "accepts_customer_match_terms": True
    },
    "meta_custom_audience": AUDIENCE,
    "postgres": {**COLUMNS, "url_env": "POSTGRES", "table": "discreet"},
    "redis": {**COLUMNS, "url_env": "REDIS"},
    "rabbitmq": {**COLUMNS, "url_env": "RABBITMQ", "routing_key": "discreet"},
    "kafka": {**COLUMNS, "brokers_env": "KAFKA", "security": "plaintext", "topic": "discreet"},
}  # fmt: skip


@pytest.fixture
def environment(request, place, postgres_url, redis_url):
    """Return addresses of real servers, and secrets."""
    return {
        "URL": f"{place.url}/{SECRET}",
        "SECRET": SECRET,
        "SIGNING": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "POSTGRES": postgres_url,
        "REDIS": redis_url,
    }


def told(kind, environment, caplog):
    """Return all that a target of a kind says to this process while it takes, and fails."""
    caplog.set_level(logging.DEBUG)
    way = opened(environment, kind=kind, **KINDS[kind])
    said = [repr(way)]
    for operation in ("add", "remove"):
        try:
            said.append(repr(way.send([row("ann", operation, email=PLANTED)])))
        except TargetError as error:
            said += traceback.format_exception(error)
    return "\n".join([*said, caplog.text])


OVER_HTTP = [kind for kind, words in KINDS.items() if words.get("url_env") == "URL"]


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500, None])
@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_target_over_http_is_discreet(kind, status, environment, place, caplog):
    for _ in range(2):
        place.answer(status, f'{{"error": "{PLANTED} {SECRET}"}}'.encode())
    text = told(kind, environment, caplog)
    assert len(place.asked) == 2
    for planted in (PLANTED, SECRET, environment["SIGNING"][6:]):
        assert planted not in text


def test_postgresql_is_discreet(environment, postgres_url, caplog):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "create table discreet (segment text, customer_id text, email text check (email = ''))"
        )
        connection.execute("alter table discreet add unique (segment, customer_id)")
        assert PLANTED not in told("postgres", environment, caplog)
        connection.execute("drop table discreet")


def test_redis_is_discreet(environment, caplog):
    assert PLANTED not in told("redis", environment, caplog)


def test_rabbitmq_is_discreet(environment, rabbitmq_url, caplog):
    text = told("rabbitmq", {**environment, "RABBITMQ": rabbitmq_url}, caplog)
    assert "no queue takes the messages" in text
    assert PLANTED not in text


def test_kafka_is_discreet(environment, kafka_cluster, caplog):
    kafka_cluster.list_topics("discreet", timeout=10)
    (broker, *_) = kafka_cluster.list_topics(timeout=10).brokers.values()
    environment = {**environment, "KAFKA": f"{broker.host}:{broker.port}"}
    assert PLANTED not in told("kafka", environment, caplog)


def refused(kind, environment, home):
    """Sync people with contacts to a target that takes none; return the rows it was refused."""
    words = {**KINDS[kind], "purpose": "marketing_email"}
    if "audiences" in words:
        words["audiences"] = {"cart_abandoners": "1"}
    home.build(
        "update segments.dim_segments set targets = "
        "case when segment = 'cart_abandoners' then ['crm'] else [] end"
    )
    home.sync(
        targets=Targets(targets={"crm": configured(kind=kind, **words)}),
        open_sender=lambda name, config: open_sender(name, config, environment, lambda: NOW),
    )
    return [row for row in home.deliveries() if row["status"] == "rejected"]


def kept(home):
    """Return where contacts stand, but for the warehouse and what is published of it."""
    own = ("warehouse.duckdb", "published/")
    return [
        where
        for where, text in contents(home.path)
        if not where.startswith(own) and "private.example" in text
    ]


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_nothing_is_kept_of_what_rows_said_that_a_target_over_http_refused(
    kind, environment, place, home
):
    for _ in range(500):
        place.answer(400, f'{{"error": "c1@private.example {SECRET}"}}'.encode())
    assert refused(kind, environment, home)
    assert kept(home) == []


def test_nothing_is_kept_of_what_rows_said_that_postgresql_refused(environment, postgres_url, home):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "create table discreet (segment text, customer_id text, email text check (email = ''))"
        )
        connection.execute("alter table discreet add unique (segment, customer_id)")
        assert refused("postgres", environment, home)
        connection.execute("drop table discreet")
    assert kept(home) == []


def test_nothing_is_kept_of_what_rows_said_that_no_queue_takes(environment, rabbitmq_url, home):
    refused("rabbitmq", {**environment, "RABBITMQ": rabbitmq_url}, home)
    assert {row["status"] for row in home.deliveries()} <= {"failed", "rejected"}
    assert kept(home) == []


def test_the_search_finds_what_a_target_took(environment, place, home):
    refused("webhook", environment, home)  # nothing is: the server takes it all
    assert [where for where in kept(home) if "acknowledged" in where]
