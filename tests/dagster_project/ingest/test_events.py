"""What a line must say to be an event, and what becomes of it."""

import json
import os
from datetime import UTC, datetime

import pytest

from tests.dagster_project.ingest.homes import line

IDENTIFY = {"type": "identify", "event": None}


def at(text):
    return datetime.fromisoformat(text)


def reason_for(home, **fields):
    """Return why an event is rejected, or None."""
    home.put("a.jsonl", line(1, **fields))
    home.ingest()
    return home.reasons().get(1)


def test_every_field_has_its_column(home):
    home.put(
        "a.jsonl",
        line(
            1,
            type="group",
            event=None,
            name="Home",
            userId="u1",
            previousId="p1",
            groupId="g1",
            originalTimestamp="2026-01-01T00:00:01.5Z",
            sentAt="2026-01-01T00:00:02+01:00",
            receivedAt="2026-01-01T00:00:03",
            context={"ip": "1.2.3.4"},
            properties={"price": 1.50},
            traits={"plan": "é"},
            integrations={"All": True},
        ),
    )
    home.ingest()
    cursor = home.connection.sql("select * exclude (loaded_at) from raw.events")
    assert dict(zip(cursor.columns, cursor.fetchone(), strict=True)) == {
        "source": "shop",
        "file": "00000001-a.jsonl",
        "file_number": 1,
        "line": 1,
        "message_id": "m1",
        "type": "group",
        "event": None,
        "name": "Home",
        "user_id": "u1",
        "anonymous_id": "a1",
        "previous_id": "p1",
        "group_id": "g1",
        "timestamp": at("2026-01-01T00:00:00"),
        "original_timestamp": at("2026-01-01T00:00:01.500000"),
        "sent_at": at("2025-12-31T23:00:02"),
        "received_at": at("2026-01-01T00:00:03"),
        "context": '{"ip":"1.2.3.0"}',
        "properties": '{"price":1.5}',
        "traits": '{"plan":"é"}',
        "integrations": '{"All":true}',
    }


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": None}, "type: missing"),
        ({"type": 5}, "type: not a string"),
        ({"type": "Track"}, "type: unknown"),
        ({"messageId": 5}, "messageId: not a string"),
        ({"messageId": "x" * 101}, "messageId: longer than 100 characters"),
        ({"userId": 5}, "userId: not a string"),
        ({"userId": {"id": "u"}}, "userId: not a string"),
        ({"userId": ""}, "userId: empty"),
        ({"anonymousId": True}, "anonymousId: not a string"),
        ({"anonymousId": ""}, "anonymousId: empty"),
        ({"anonymousId": None}, "userId and anonymousId: missing"),
        ({"event": None}, "event: missing"),
        ({"event": ""}, "event: missing"),
        ({"event": ["x"]}, "event: not a string"),
        ({"type": "alias", "previousId": "p"}, "userId: missing"),
        ({"type": "alias", "userId": "u"}, "previousId: missing"),
        ({"type": "alias", "userId": "u", "previousId": 1}, "previousId: not a string"),
        ({"type": "group"}, "groupId: missing"),
        ({"type": "group", "groupId": ""}, "groupId: empty"),
        ({"type": "page", "name": 5}, "name: not a string"),
        ({"properties": []}, "properties: not an object"),
        ({"properties": "{}"}, "properties: not an object"),
        ({**IDENTIFY, "traits": 5}, "traits: not an object"),
        ({"context": [{}]}, "context: not an object"),
        ({"integrations": False}, "integrations: not an object"),
        ({"timestamp": "yesterday"}, "timestamp: not an ISO 8601 time"),
        ({"timestamp": "infinity"}, "timestamp: not an ISO 8601 time"),
        ({"timestamp": "epoch"}, "timestamp: not an ISO 8601 time"),
        ({"timestamp": 1767225600}, "timestamp: not an ISO 8601 time"),
        ({"timestamp": ""}, "timestamp: not an ISO 8601 time"),
        ({"originalTimestamp": "x"}, "originalTimestamp: not an ISO 8601 time"),
        ({"sentAt": {}}, "sentAt: not an ISO 8601 time"),
        ({"receivedAt": "2026-02-30"}, "receivedAt: not an ISO 8601 time"),
        ({"timestamp": None}, "no time"),
        ({"timestamp": None, "sentAt": "2026-01-01T00:00:00Z"}, "no time"),
    ],
)
def test_a_line_that_breaks_a_rule_is_rejected_for_it(home, fields, reason):
    assert reason_for(home, **fields) == reason


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "page", "event": None},
        {"type": "screen", "event": None, "name": ""},
        IDENTIFY,
        {"type": "group", "groupId": "g"},
        {"type": "alias", "userId": "u", "previousId": "p"},
        {"userId": "u", "anonymousId": None},
        {"userId": "u"},
        {"messageId": "x" * 100},
        {"messageId": "é" * 100},
        {"properties": {}, "traits": {}, "context": {}, "integrations": {}},
        {"unknown": {"fields": ["are", "kept", "nowhere"]}},
    ],
)
def test_a_line_that_keeps_the_rules_is_stored(home, fields):
    assert reason_for(home, **fields) is None
    assert len(home.message_ids()) == 1


def test_a_field_of_null_is_an_absent_field(home):
    names = "messageId userId name previousId groupId timestamp sentAt properties traits context"
    nulls = dict.fromkeys([*names.split(), "integrations", "originalTimestamp"])
    event = {**json.loads(line(1)), **nulls, "receivedAt": "2026-01-01T00:00:00Z"}
    home.put("a.jsonl", json.dumps(event).encode())
    home.ingest()
    assert home.reasons() == {}
    assert home.message_ids()[0].startswith("gen-")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "type: missing"),
        ("[1]", "not a JSON object"),
        ('"track"', "not a JSON object"),
        ("null", "not a JSON object"),
        ("hello", "not a JSON object"),
        ('{"type": "track"', "malformed JSON"),
        ('{"type": "track"} {}', "malformed JSON"),
        ("{'type': 'track'}", "malformed JSON"),
        ('{"type": "track", "x": NaN}', "malformed JSON"),
        ('{"type": "track", "x": {"y": [1, -Infinity]}}', "malformed JSON"),
        (r'{"type": "track", "x": "\ud800"}', "malformed JSON"),
        ('{"type": "a\tb"}', "malformed JSON"),
    ],
)
def test_a_line_that_is_no_json_object_is_rejected(home, text, reason):
    home.put("a.jsonl", text.encode() + b"\n" + line(1))
    home.ingest()
    assert home.reasons() == {1: reason}
    assert home.rows("select payload from raw.rejected_events") == [(text,)]
    assert home.message_ids() == ["m1"]


def test_words_that_look_like_odd_numbers_are_words(home):
    home.put("a.jsonl", line(1, properties={"title": 'nan, inf: Infinity \\" [NaN]', "naïf": 1}))
    home.ingest()
    assert home.message_ids() == ["m1"]


def test_the_first_rule_broken_is_the_reason(home):
    home.put("a.jsonl", line(1, userId=5, properties=[], timestamp="x"))
    home.ingest()
    assert home.reasons() == {1: "userId: not a string"}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        # The vector of the Segment spec: a device clock that is wrong does not matter.
        (
            {
                "originalTimestamp": "2026-01-01T10:00:00Z",
                "sentAt": "2026-01-01T10:00:05Z",
                "receivedAt": "2026-01-01T12:00:07Z",
            },
            "2026-01-01T12:00:02",
        ),
        (
            {
                "timestamp": "2026-01-01T09:00:00Z",
                "originalTimestamp": "2026-01-01T10:00:00Z",
                "sentAt": "2026-01-01T10:00:05Z",
                "receivedAt": "2026-01-01T12:00:07Z",
            },
            "2026-01-01T09:00:00",
        ),
        (
            {"originalTimestamp": "2026-01-01T10:00:00Z", "receivedAt": "2026-01-01T12:00:07Z"},
            "2026-01-01T10:00:00",
        ),
        (
            {"originalTimestamp": "2026-01-01T10:00:00Z", "sentAt": "2026-01-01T10:00:05Z"},
            "2026-01-01T10:00:00",
        ),
        ({"receivedAt": "2026-01-01T12:00:07Z"}, "2026-01-01T12:00:07"),
        ({"timestamp": "2026-01-01T02:00:00+02:00"}, "2026-01-01T00:00:00"),
        ({"timestamp": "2026-01-01T02:00:00-0230"}, "2026-01-01T04:30:00"),
        ({"timestamp": "2026-01-01T02:00:00+02"}, "2026-01-01T00:00:00"),
        ({"timestamp": "2026-01-01T02:00:00"}, "2026-01-01T02:00:00"),
        ({"timestamp": "2026-01-01 02:00"}, "2026-01-01T02:00:00"),
        ({"timestamp": "2026-01-01"}, "2026-01-01T00:00:00"),
        ({"timestamp": "2026-01-01T02:00Z"}, "2026-01-01T02:00:00"),
        ({"timestamp": "2026-01-01T02:00:00.123456789Z"}, "2026-01-01T02:00:00.123456"),
    ],
)
def test_the_time_of_an_event_follows_the_segment_spec(home, times, expected):
    home.put("a.jsonl", line(1, **{"timestamp": None, **times}))
    home.ingest()
    assert home.rows("select timestamp from raw.events") == [(at(expected),)]


def test_times_do_not_depend_on_the_session_s_time_zone(home):
    home.connection.execute("SET TimeZone = 'America/New_York'")
    home.put("a.jsonl", line(1, timestamp="2026-01-01T02:00:00", receivedAt="2026-01-01T02:00:00Z"))
    home.ingest()
    assert home.rows("select timestamp, received_at from raw.events") == [
        (at("2026-01-01T02:00:00"), at("2026-01-01T02:00:00"))
    ]


@pytest.mark.parametrize(
    ("timestamp", "reason"),
    [
        ("2026-01-02T00:00:00Z", None),
        ("2026-01-02T00:00:00.000001Z", "timestamp: more than 24 hours after receivedAt"),
    ],
)
def test_an_event_may_be_a_day_ahead_of_its_receipt(home, timestamp, reason):
    found = reason_for(home, timestamp=timestamp, receivedAt="2026-01-01T00:00:00Z")
    assert found == reason


@pytest.mark.parametrize(
    ("timestamp", "reason"),
    [
        ("2026-01-02T00:00:00Z", None),
        ("2026-01-02T00:00:01Z", "timestamp: more than 24 hours after the file landed"),
    ],
)
def test_without_a_receipt_it_may_be_a_day_ahead_of_its_file(home, timestamp, reason):
    path = home.landing / "shop" / home.put("a.jsonl", line(1, timestamp=timestamp))
    landed_at = at("2026-01-01T00:00:00").replace(tzinfo=UTC).timestamp()
    os.utime(path, (landed_at, landed_at))
    home.ingest()
    assert home.reasons().get(1) == reason


def test_a_computed_time_outside_the_calendar_is_rejected(home):
    reason = reason_for(
        home,
        timestamp=None,
        originalTimestamp="0001-01-01T00:00:00Z",
        sentAt="9999-01-01T00:00:00Z",
        receivedAt="2026-01-01T00:00:00Z",
    )
    assert reason == "timestamp: out of range"


def test_escapes_are_undone_in_identifiers(home):
    raw = (
        line(1).replace(b'"a1"', rb'"caf\u00e9 \"\\\/ \u0000"').replace(b"userId", b"user\\u0049d")
    )
    home.put("a.jsonl", raw)
    home.ingest()
    assert home.rows("select anonymous_id from raw.events") == [('café "\\/ \0',)]


def test_of_a_key_given_twice_the_first_counts(home):
    home.put("a.jsonl", line(1)[:-1] + b', "messageId": "second"}')
    home.ingest()
    assert home.message_ids() == ["m1"]


def test_sources_are_listed_with_kind_and_namespace(home):
    home.put("a.jsonl", line(1), source="app")
    home.record({"kind": "build", "recorded_at": "2026-01-01T00:00:00Z"})
    home.ingest()
    assert home.rows("from raw.sources order by source") == [
        ("app", "events", "app"),
        ("crm", "customers", "shop"),
        ("online_retail", "online_retail", "online_retail"),
        ("weather", "weather", "weather"),
    ]


def test_conservation_finds_rows_that_went_missing_or_came_from_nowhere(home):
    from dagster_project.ingest import ingestion

    name = home.put("a.jsonl", line(1) + b"\n" + line(2) + b"\nx\n")
    home.ingest()
    home.connection.execute("delete from raw.events where line = 1")
    (found,) = ingestion.conservation(home.connection)
    assert (found.source, found.file, found.rows_stored, found.stored_found) == ("shop", name, 2, 1)

    home.connection.execute("update raw.events set file_number = 7")
    assert [(x.file, x.stored_found) for x in ingestion.conservation(home.connection)] == [
        (name, 0),
        (None, 1),
    ]

    home.connection.execute("delete from raw.events; delete from raw.rejected_events")
    home.connection.execute("update raw.loaded_files set rows_stored = 0, rows_read = 1")
    (found,) = ingestion.conservation(home.connection)
    assert (found.rows_rejected, found.rejected_found) == (1, 0)
