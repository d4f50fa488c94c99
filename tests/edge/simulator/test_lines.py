import datetime
import json
from collections import Counter

from edge.simulator.kinds import EVENTS
from edge.simulator.sending import FAULTS

TYPES = {"track", "identify", "page", "screen", "group", "alias"}


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def is_accepted(line: bytes) -> bool:
    """Tell whether a line is an event, by the rules of the input format."""
    try:
        event = json.loads(line.decode())
        received = moment(event["receivedAt"])
        sent = received - moment(event["sentAt"]) + moment(event["originalTimestamp"])
        happened = moment(event.get("timestamp", sent.isoformat()))
    except (ValueError, TypeError, KeyError):
        return False
    ids = [event[name] for name in ("userId", "anonymousId", "messageId") if name in event]
    return (
        event.get("type") in TYPES
        and ("userId" in event or "anonymousId" in event)
        and all(isinstance(name, str) and name for name in ids)
        and len(event.get("messageId", "")) <= 100
        and (event["type"] != "track" or bool(event.get("event")))
        and all(isinstance(event.get(k, {}), dict) for k in ("properties", "traits", "context"))
        and happened - received <= datetime.timedelta(hours=24)
    )


def test_the_truth_lists_exactly_the_lines_that_the_format_refuses(simulated):
    refused = {place for place, line in simulated.lines.items() if not is_accepted(line)}
    rejected = simulated.truth("rejected_lines")
    assert {(row["file"], row["line"]) for row in rejected} == refused
    assert {row["kind"] for row in rejected} == set(FAULTS)
    assert 0.001 < len(rejected) / len(simulated.lines) < 0.004


def test_each_broken_line_is_broken_as_the_truth_says(simulated):
    lines = {row["kind"]: [] for row in simulated.truth("rejected_lines")}
    for row in simulated.truth("rejected_lines"):
        lines[row["kind"]].append(simulated.lines[row["file"], row["line"]])
    assert all(not line.endswith(b"}") for line in lines["broken_json"])
    assert all(b"\xff\xfe" in line for line in lines["invalid_utf8"])
    assert all(json.loads(line)["type"] == "teleport" for line in lines["unknown_type"])
    assert not any({"userId", "anonymousId"} & {*json.loads(line)} for line in lines["no_ids"])
    assert all(json.loads(line)["anonymousId"] == "" for line in lines["empty_ids"])
    assert all(len(json.loads(line)["messageId"]) > 100 for line in lines["long_message_id"])
    assert all("event" not in json.loads(line) for line in lines["no_event"])
    assert all(isinstance(json.loads(line), list) for line in lines["not_an_object"])


def test_the_truth_lists_exactly_the_lines_whose_message_id_came_before(simulated):
    bad = {(row["file"], row["line"]) for row in simulated.truth("rejected_lines")}
    seen, again = set(), {}
    for place, line in simulated.lines.items():
        if place in bad:
            continue
        message_id = json.loads(line).get("messageId")
        if message_id in seen and message_id is not None:
            again[place] = message_id
        seen.add(message_id)
    duplicates = simulated.truth("duplicates")
    assert {(row["file"], row["line"]): row["message_id"] for row in duplicates} == again
    assert {row["kind"] for row in duplicates} == {"resent_at_once", "resent_later"}
    assert 0.003 < len(duplicates) / len(simulated.lines) < 0.008


def test_some_events_come_without_a_message_id(simulated):
    assert 0 < sum("messageId" not in event for event in simulated.events) < 100


def test_every_event_has_a_name_of_the_specification_and_all_names_occur(simulated):
    names = Counter(event.get("event") for event in simulated.events if event["type"] == "track")
    assert set(names) <= EVENTS
    assert EVENTS - set(names) <= {"Order Updated", "Form Submitted"}
    assert {event["type"] for event in simulated.events} == {"track", "page", "identify", "alias"}


def test_each_line_arrives_on_the_day_of_its_file_and_in_order(simulated):
    before = {}
    bad = {(row["file"], row["line"]) for row in simulated.truth("rejected_lines")}
    for place, line in simulated.lines.items():
        if place in bad:
            continue
        received = json.loads(line)["receivedAt"]
        assert place[0].split("/")[1].startswith(received[:10])
        assert before.get(place[0], "") <= received
        before[place[0]] = received


def test_the_timestamp_follows_from_the_other_three_times(simulated):
    stamped = [event for event in simulated.events if "timestamp" in event]
    for event in stamped:
        late = moment(event["sentAt"]) - moment(event["originalTimestamp"])
        assert moment(event["timestamp"]) == moment(event["receivedAt"]) - late
    assert 0.6 < len(stamped) / len(simulated.events) < 0.8


def test_some_events_arrive_late_and_out_of_order(simulated):
    waits = [
        moment(event["sentAt"]) - moment(event["originalTimestamp"]) for event in simulated.events
    ]
    late = sum(wait > datetime.timedelta(minutes=30) for wait in waits) / len(waits)
    assert 0.003 < late < 0.03
    assert max(waits) < datetime.timedelta(days=9)


def test_some_clocks_are_wrong(simulated):
    skews = {row["clock_skew_seconds"] for row in simulated.truth("devices")}
    assert max(map(abs, skews)) > 600
    assert sorted(map(abs, skews))[len(skews) // 2] < 5


def test_server_lines_name_the_user_and_only_sometimes_the_browser(simulated):
    server = [event for event in simulated.events if event["context"].get("channel") == "server"]
    assert {event["event"] for event in server} >= {"Order Completed", "Order Refunded"}
    assert all(event["userId"] for event in server)
    assert 0.15 < sum("anonymousId" in event for event in server) / len(server) < 0.45
    assert all("anonymousId" in e for e in simulated.events if "channel" not in e["context"])
