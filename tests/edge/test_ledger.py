import json
from datetime import UTC, datetime, timedelta, timezone

from edge import ledger
from edge.privacy import lines

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def recorded(landing, name):
    text = (landing / "tessera_ledger" / name).read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_entries_become_one_numbered_file_of_lines(tmp_path):
    name = ledger.append(tmp_path, "build", [{"build_id": "b1"}, {"build_id": "b2"}], NOW)

    assert name == "00000001-build.jsonl"
    assert recorded(tmp_path, name) == [
        {"kind": "build", "recorded_at": "2026-03-01T12:30:00.000000Z", "payload": {"build_id": b}}
        for b in ("b1", "b2")
    ]


def test_files_are_numbered_in_the_order_they_were_recorded(tmp_path):
    names = [ledger.append(tmp_path, "build", [{"build_id": b}], NOW) for b in ("b1", "b2", "b3")]

    assert [path.name for path in ledger.files(tmp_path)] == names
    assert names == [f"0000000{number}-build.jsonl" for number in (1, 2, 3)]


def test_the_same_entries_again_change_nothing(tmp_path):
    first = ledger.append(tmp_path, "build", [{"build_id": "b1"}], NOW)
    again = ledger.append(tmp_path, "build", [{"build_id": "b1"}], NOW)

    assert again == first
    assert len(ledger.files(tmp_path)) == 1


def test_a_key_is_recorded_once_whatever_is_said_later(tmp_path):
    first = ledger.append(tmp_path, "delivery", [{"n": 1}], NOW, key="crm-1")
    again = ledger.append(tmp_path, "delivery", [{"n": 2}], NOW + timedelta(hours=1), key="crm-1")
    other = ledger.append(tmp_path, "delivery", [{"n": 2}], NOW, key="crm-11")

    assert again == first == "00000001-delivery-crm-1.jsonl"
    assert other == "00000002-delivery-crm-11.jsonl"
    assert recorded(tmp_path, first)[0]["payload"] == {"n": 1}


def test_nothing_to_record_makes_no_file(tmp_path):
    assert ledger.append(tmp_path, "build", [], NOW) is None
    assert ledger.files(tmp_path) == []


def test_a_line_that_was_erased_says_nothing_and_the_others_are_read(tmp_path):
    name = ledger.append(tmp_path, "build", [{"build_id": b} for b in ("b1", "b2", "b3")], NOW)
    path = tmp_path / "tessera_ledger" / name
    lines.replace_lines(path, {2: b""})  # as an erasure does
    assert [payload["build_id"] for payload in ledger.payloads(path)] == ["b1", "b3"]


def test_moments_are_written_as_utc(tmp_path):
    there = NOW.astimezone(timezone(timedelta(hours=5)))
    assert ledger.timestamp(there) == ledger.timestamp(NOW.replace(tzinfo=None))
    name = ledger.append(tmp_path, "build", [{"at": there}], there)
    assert recorded(tmp_path, name)[0]["payload"] == {"at": "2026-03-01T12:30:00.000000Z"}
