"""One message is stored once, however far apart and however often it arrives."""

import pytest

from dagster_project.ingest import work
from tests.dagster_project.ingest.homes import line, lines


def counts(home):
    return home.rows(
        "select rows_read, rows_stored, rows_duplicate from raw.loaded_files order by file_number"
    )


@pytest.mark.parametrize("batch_bytes", [1, 10**9])
def test_of_duplicates_in_one_load_the_first_to_arrive_is_kept(home, monkeypatch, batch_bytes):
    monkeypatch.setattr(work, "BATCH_BYTES", batch_bytes)
    home.put("z.jsonl", line(1, event="first") + b"\n" + line(1, event="second") + b"\n" + line(2))
    home.put("a.jsonl", line(2, event="later") + b"\n" + line(1, event="third") + b"\n" + line(3))
    home.ingest()
    assert home.rows("select message_id, event, file_number, line from raw.events order by 1") == [
        ("m1", "first", 1, 1),
        ("m2", "Product Viewed", 1, 3),
        ("m3", "Product Viewed", 2, 3),
    ]
    assert counts(home) == [(3, 2, 1), (3, 1, 2)]


def test_duplicates_are_found_across_loads_and_sources(home):
    home.put("a.jsonl", lines(1, 2))
    home.ingest()
    home.put("b.jsonl", lines(2, 3), source="app")
    home.ingest()
    home.put("c.jsonl", lines(1, 3, 4))
    home.ingest()
    assert home.message_ids() == ["m1", "m2", "m3", "m4"]
    assert counts(home) == [(2, 2, 0), (2, 1, 1), (3, 1, 2)]


def test_a_rejected_line_is_no_first_arrival(home):
    home.put("a.jsonl", line(1, type="nonsense") + b"\n" + line(1))
    home.ingest()
    assert home.rows("select message_id, line from raw.events") == [("m1", 2)]


def test_the_same_line_without_a_message_id_is_one_message(home):
    bare = line(1, messageId=None)
    home.put("a.jsonl", bare + b"\n" + line(1, messageId="") + b"\n")
    home.ingest()
    home.put("b.jsonl", b"  " + bare + b"\r\n")
    home.ingest()
    ids = home.message_ids()
    assert len(ids) == 2
    assert all(len(message_id) == 68 and message_id.startswith("gen-") for message_id in ids)
    assert counts(home) == [(2, 2, 0), (1, 0, 1)]


def test_the_same_content_dropped_twice_is_read_once(home):
    first = home.put("a.jsonl", lines(1, 2))
    second = home.put("b.jsonl", lines(1, 2))
    home.ingest()
    third = home.put("c.jsonl", lines(1, 2))
    elsewhere = home.put("c.jsonl", lines(1, 2), source="app")
    home.ingest()
    for name in (second, third):
        assert home.file(name)["status"] == "same_content"
        assert first in home.file(name)["error"]
    assert home.file(elsewhere)["status"] == "loaded"
    assert counts(home) == [(2, 2, 0), (0, 0, 0), (0, 0, 0), (2, 0, 2)]


def test_content_whose_first_file_was_not_stored_is_stored_from_the_second(home, monkeypatch):
    names = [home.put(f"{number}.jsonl", lines(1, 2)) for number in range(2)]
    parse = work.batches.parse

    def changing(connection, kind, batch):
        parse(connection, kind, batch)
        if batch[0].file.file == names[0]:
            batch[0].file.path.touch()

    monkeypatch.setattr(work.batches, "parse", changing)
    home.ingest()
    assert [home.file(name)["status"] for name in names] == ["changed", "loaded"]


def test_nothing_new_changes_nothing(home):
    home.put("a.jsonl", lines(1, 2))
    home.ingest()
    before = home.rows("select * from raw.loaded_files")
    assert home.ingest().files == 0
    assert home.rows("select * from raw.loaded_files") == before


def test_each_batch_has_a_later_clock_even_if_the_clock_stands_still(home, monkeypatch):
    monkeypatch.setattr(work, "BATCH_BYTES", 1)
    for number in range(3):
        home.put(f"{number}.jsonl", lines(number))
    home.ingest()
    home.put("9.jsonl", lines(9))
    home.ingest()
    clocks = [
        row[0] for row in home.rows("select loaded_at from raw.loaded_files order by file_number")
    ]
    assert clocks == sorted(set(clocks))
    assert home.rows(
        "select count(*) from raw.events join raw.loaded_files using (file_number, loaded_at)"
    ) == [(4,)]
