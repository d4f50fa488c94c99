"""After any history of batches, sent once or twice, a store holds what the last rows said."""

import psycopg
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.activation.rows import Row
from tests.edge.activation.kinds.sending import opened, statuses

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
ROWS = st.builds(
    lambda segment, customer, operation, country: (segment, customer, operation, country),
    st.sampled_from(["loyal", "new"]),
    st.sampled_from(["ann", "bob", "cat"]),
    st.sampled_from(["add", "update", "remove"]),
    st.none() | TEXTS,
)
HISTORIES = st.lists(st.tuples(st.lists(ROWS, max_size=8), st.integers(1, 2)), max_size=6)
CALM = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # emptied for each example
)
WORDS = {"purpose": "ads", "columns": {"country": "customers.country"}, "url_env": "URL"}


def sent(way, history):
    """Send a history; return who is in which segment, and each customer's last country."""
    members, countries = {}, {}
    for number, (batch, times) in enumerate(history):
        rows = [
            Row(segment, customer, operation, f"k{number}-{place}", {"country": country})
            for place, (segment, customer, operation, country) in enumerate(batch)
        ]
        for _ in range(times):
            assert statuses(way.send(rows)) == ["delivered"] * len(rows)
        for row in rows * times:
            if row.operation == "remove":
                members.pop((row.segment, row.customer_id), None)
            else:
                members[row.segment, row.customer_id] = row.fields["country"]
                countries[row.customer_id] = row.fields["country"]
            if not any(customer == row.customer_id for _, customer in members):
                countries.pop(row.customer_id, None)
    return members, countries


@CALM
@given(history=HISTORIES)
def test_a_table_holds_the_last_word_on_each_member(postgres_url, history):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("drop table if exists history")
        way = opened({"URL": postgres_url}, kind="postgres", table="history", **WORDS)
        way.send([])
        members, _ = sent(way, history)
        found = connection.execute("select segment, customer_id, country from history").fetchall()
        way.close()
    assert {(segment, customer): country for segment, customer, country in found} == members


@CALM
@given(history=HISTORIES)
def test_redis_holds_the_last_word_on_each_member(redis_url, history):
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        client.flushall()
        way = opened({"URL": redis_url}, kind="redis", prefix="h", **WORDS)
        members, countries = sent(way, history)
        way.close()
        for segment in ("loyal", "new"):
            expected = {customer for name, customer in members if name == segment}
            assert client.smembers(f"h:segment:{segment}") == expected
        for customer in ("ann", "bob", "cat"):
            marks = {f"in:{name}": "1" for name, who in members if who == customer}
            known = {"customer_id": customer, **marks} if marks else {}
            if countries.get(customer) is not None:
                known["country"] = countries[customer]
            assert client.hgetall(f"h:customer:{customer}") == known
