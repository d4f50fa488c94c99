"""Files that go wrong: each gives a clear entry, loses nothing and stops nothing else."""

import gzip
import json
import os

import pytest

from dagster_project.ingest import scan, work
from edge import landing
from tests.dagster_project.ingest.homes import line, lines

GOOD = lines(1, 2)


def balance(file):
    names = ("rows_read", "rows_stored", "rows_duplicate", "rows_rejected")
    return tuple(file[name] for name in names)


def test_an_empty_file_is_loaded_with_no_rows(home):
    name = home.put("empty.jsonl", b"")
    home.ingest()
    assert home.file(name)["status"] == "loaded"
    assert balance(home.file(name)) == (0, 0, 0, 0)


def test_two_empty_files_are_no_duplicates_of_each_other(home):
    names = [home.put(f"{day}.jsonl", b"") for day in range(2)]
    home.ingest()
    assert [home.file(name)["status"] for name in names] == ["loaded", "loaded"]


def test_blank_lines_are_no_rows_but_count_as_lines(home):
    name = home.put("a.jsonl", b"\n \n\t\n" + line(1) + b"\n\n  " + line(2) + b" \n \t ")
    home.ingest()
    assert balance(home.file(name)) == (2, 2, 0, 0)
    assert home.rows("select line from raw.events order by line") == [(4,), (6,)]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r\n\r\n"])
def test_the_way_lines_end_changes_nothing(home, ending):
    home.put("a.jsonl", b"\n".join([line(1), line(2, userId=7), line(3)]).replace(b"\n", ending))
    home.ingest()
    step = ending.count(b"\n")
    assert home.rows("select message_id, line from raw.events order by line") == [
        ("m1", 1),
        ("m3", 1 + 2 * step),
    ]
    assert home.reasons() == {1 + step: "userId: not a string"}


def test_a_last_line_without_an_end_is_a_line(home):
    name = home.put("a.jsonl", GOOD + line(3))
    home.ingest()
    assert balance(home.file(name)) == (3, 3, 0, 0)


def test_a_lone_carriage_return_is_white_space_but_not_within_a_string(home):
    content = line(1).replace(b", ", b",\r") + b"\n" + b'{"type": "tra\rck"}\n' + line(2) + b"\r\n"
    home.put("a.jsonl", content)
    home.ingest()
    assert home.message_ids() == ["m1", "m2"]
    assert home.reasons() == {2: "malformed JSON"}
    assert home.rows("select payload from raw.rejected_events") == [('{"type": "tra\rck"}',)]


def test_a_byte_order_mark_is_no_part_of_the_first_line(home):
    name = home.put("a.jsonl", b"\xef\xbb\xbf" + GOOD)
    home.put("only_a_mark.jsonl", b"\xef\xbb\xbf")
    home.ingest()
    assert balance(home.file(name)) == (2, 2, 0, 0)


def test_invalid_utf8_rejects_the_line_and_keeps_its_text(home):
    name = home.put("a.jsonl", line(1) + b'\n{"type": "\xff\xfe"}\n' + line(2))
    home.ingest()
    assert balance(home.file(name)) == (3, 2, 0, 1)
    assert home.rows("select line, reason, payload from raw.rejected_events") == [
        (2, "invalid UTF-8", r'{"type": "\xff\xfe"}')
    ]


@pytest.mark.parametrize("byte", [b"\0", b"\1", b"\x1f"])
def test_a_control_character_rejects_the_line(home, byte):
    home.put("a.jsonl", line(1) + b'\n{"type": "' + byte + b'"}\n' + byte + b"\n" + line(2))
    home.ingest()
    assert home.message_ids() == ["m1", "m2"]
    assert home.reasons() in (
        {2: "malformed JSON", 3: "malformed JSON"},
        {2: "malformed JSON", 3: "not a JSON object"},
    )


def test_a_truncated_gzip_stores_nothing_and_says_so(home):
    whole = gzip.compress(b"".join(line(number, x=os.urandom(50).hex()) for number in range(999)))
    name = home.put("a.jsonl.gz", whole[: len(whole) // 2])
    good = home.put("b.jsonl.gz", gzip.compress(GOOD))
    home.ingest()
    file = home.file(name)
    assert (file["status"], *balance(file)) == ("failed", 0, 0, 0, 0)
    assert file["error"] == "the gzip is cut off: nothing is stored; load the whole file"
    assert home.file(good)["rows_stored"] == 2
    assert home.ingest().files == 0


def test_a_damaged_gzip_stores_nothing_and_says_so(home):
    damaged = bytearray(gzip.compress(GOOD * 50))
    damaged[len(damaged) // 2] ^= 0xFF
    name = home.put("a.jsonl.gz", bytes(damaged))
    home.ingest()
    assert home.file(name)["status"] == "failed"
    assert "damaged" in home.file(name)["error"] or "cut off" in home.file(name)["error"]


def test_a_gzip_of_several_members_is_read_whole(home):
    name = home.put("a.jsonl.gz", gzip.compress(GOOD) + gzip.compress(line(3)))
    home.ingest()
    assert balance(home.file(name)) == (3, 3, 0, 0)


def test_what_a_file_holds_counts_and_not_its_ending(home):
    home.put("a.jsonl", gzip.compress(line(1)))
    home.put("b.jsonl.gz", line(2))
    home.put("c.log", line(3))
    home.ingest()
    assert home.message_ids() == ["m1", "m2", "m3"]


@pytest.mark.parametrize("size", [300, 300_000])
def test_a_binary_file_stores_nothing_and_says_so(home, size):
    name = home.put("a.jsonl", b"\x89PNG\r\n\0" + bytes(range(256)) * (size // 256))
    good = home.put("b.jsonl", GOOD)
    home.ingest()
    file = home.file(name)
    assert (file["status"], *balance(file)) == ("failed", 0, 0, 0, 0)
    assert file["error"] == "binary content, no JSON Lines: nothing is stored from it"
    assert home.file(good)["rows_stored"] == 2


def test_a_line_of_100_mb_is_rejected_alone(home):
    long = b'{"type": "track", "x": "' + b"x" * 100_000_000 + b'"}'
    name = home.put("a.jsonl", line(1) + b"\n" + long + b"\n" + line(2) + b"\n")
    home.ingest()
    assert balance(home.file(name)) == (3, 2, 0, 1)
    assert home.message_ids() == ["m1", "m2"]
    assert home.rows("select line, reason, length(payload) from raw.rejected_events") == [
        (2, f"line too long: {len(long)} bytes, limit 1048576", scan.KEPT_OF_A_LONG_LINE)
    ]


def test_the_longest_line_allowed_is_stored_and_a_byte_more_is_not(home):
    def padded(number, length):
        filler = length - len(line(number, properties={"x": ""}))
        return line(number, properties={"x": "x" * filler})

    longest, too_long = padded(1, scan.LONGEST_LINE), padded(2, scan.LONGEST_LINE + 1)
    home.put("a.jsonl", longest + b"\n" + line(3) + b"\n" + longest.replace(b"m1", b"m4"))
    home.put("b.jsonl", too_long + b"\n")
    home.ingest()
    assert home.message_ids() == ["m1", "m3", "m4"]
    assert [reason[:14] for reason in home.reasons().values()] == ["line too long:"]


def nested(depth):
    return b"[" * (depth - 2) + b"1" + b"]" * (depth - 2)


def test_nesting_is_taken_to_the_limit_and_rejected_beyond(home):
    # The event and its properties are two levels.
    content = b"\n".join(
        line(depth, properties={"x": "X"}).replace(b'"X"', nested(depth))
        for depth in (100, 101, 100_000)
    )
    home.put("a.jsonl", content)
    home.ingest()
    assert home.message_ids() == ["m100"]
    reason = "nested more than 100 levels deep"
    assert home.reasons() == {2: reason, 3: reason}


def test_many_brackets_are_not_many_levels(home):
    products = [{"product_id": f"p{number}", "tags": ["]]}}"]} for number in range(200)]
    home.put("a.jsonl", line(1, properties={"products": products, "note": "[{" * 200}))
    home.ingest()
    assert home.message_ids() == ["m1"]


def test_a_file_that_grows_while_it_is_read_waits_for_the_next_time(home, monkeypatch):
    name = home.put("a.jsonl", GOOD)
    other = home.put("b.jsonl", lines(3))
    read = scan.scan

    def growing(path, **options):
        scanned = read(path, **options)
        if path.name == name:
            with path.open("ab") as stream:
                stream.write(lines(4))
        return scanned

    monkeypatch.setattr(scan, "scan", growing)
    home.ingest()
    file = home.file(name)
    assert (file["status"], *balance(file)) == ("changed", 0, 0, 0, 0)
    assert file["error"] == "changed while it was read: it is read again next time"
    assert home.file(other)["status"] == "loaded"

    monkeypatch.undo()
    home.ingest()
    assert balance(home.file(name)) == (3, 3, 0, 0)


def test_a_file_that_grows_while_duckdb_reads_it_waits_for_the_next_time(home, monkeypatch):
    names = [home.put(f"{number}.jsonl", lines(number)) for number in range(3)]
    parse = work.batches.parse

    def growing(connection, kind, batch):
        parse(connection, kind, batch)
        if len(batch) == 3:
            with batch[1].file.path.open("ab") as stream:
                stream.write(lines(9))

    monkeypatch.setattr(work.batches, "parse", growing)
    home.ingest()
    assert [home.file(name)["status"] for name in names] == ["loaded", "changed", "loaded"]
    home.ingest()
    assert sorted(home.message_ids()) == ["m0", "m1", "m2", "m9"]


def test_a_file_that_is_taken_away_stops_nothing(home, monkeypatch):
    gone, taken, good = (home.put(f"{number}.jsonl", lines(number)) for number in range(3))
    parse = work.batches.parse

    def taking(connection, kind, batch):
        parse(connection, kind, batch)
        (home.landing / "shop" / taken).unlink(missing_ok=True)

    monkeypatch.setattr(work.batches, "parse", taking)
    monkeypatch.setattr(
        work,
        "check_ending",
        lambda file: file.file == gone and file.path.unlink(),
    )
    home.ingest()
    assert home.rows("select file, status from raw.loaded_files order by file") == [
        (taken, "changed"),
        (good, "loaded"),
    ]


def test_a_gzip_that_is_still_written_is_no_failure(home, monkeypatch):
    whole = gzip.compress(GOOD)
    name = home.put("a.jsonl.gz", whole[:-6])
    monkeypatch.setattr(
        work,
        "check_ending",
        lambda file: file.path.write_bytes(whole) and None,
    )
    home.ingest()
    assert home.file(name)["status"] == "changed"
    monkeypatch.undo()
    home.ingest()
    assert balance(home.file(name)) == (2, 2, 0, 0)


def test_a_loaded_file_that_changes_later_is_noted(home):
    name = home.put("a.jsonl", GOOD)
    home.ingest()
    with (home.landing / "shop" / name).open("ab") as stream:
        stream.write(lines(3))
    home.ingest()
    assert home.file(name)["error"].startswith("changed after it was loaded")
    assert balance(home.file(name)) == (2, 2, 0, 0)


def test_a_table_among_events_waits_until_its_source_has_a_kind(home):
    name = home.put("a.csv", b"customer_number\n1\n", "people")
    assert home.ingest().failed == 1
    assert "config/sources.yml" in home.file(name)["error"]
    assert home.ingest().files == 0

    from edge.sources import Sources

    home.ingest(
        Sources.model_validate(
            {
                "sources": {
                    "people": {"kind": "customers", "columns": {"user_id": "customer_number"}}
                }
            }
        )
    )
    assert home.file(name)["status"] == "loaded"
    assert home.rows("select user_id from raw.customers") == [("1",)]


def test_a_file_that_duckdb_misreads_is_read_from_a_copy(home, monkeypatch):
    # As if the byte scan did not know that DuckDB ends a line at a carriage return.
    monkeypatch.setattr(scan, "_is_clean", lambda block: True)
    name = home.put("a.jsonl", line(1).replace(b", ", b",\r") + b"\n" + line(2) + b"\n")
    other = home.put("b.jsonl", GOOD)
    home.ingest()
    assert balance(home.file(name)) == (2, 2, 0, 0)
    assert balance(home.file(other)) == (2, 0, 2, 0)


def test_a_file_that_duckdb_refuses_is_read_from_a_copy(home, monkeypatch):
    monkeypatch.setattr(scan, "_is_clean", lambda block: True)
    name = home.put("a.jsonl", line(1) + b"\n\xff\n")
    other = home.put("b.jsonl", lines(3))
    home.ingest()
    assert balance(home.file(name)) == (2, 1, 0, 1)
    assert home.file(other)["rows_stored"] == 1


def test_names_that_globs_would_read_are_read_as_they_are(home):
    odd, other = home.path / "a[b]*?", home.path / "a[b]cd"
    for folder in (odd, other):
        (folder / "landing" / "shop").mkdir(parents=True)
        (folder / "landing" / "shop" / "00000001-a.jsonl").write_bytes(GOOD)
    (odd / "landing" / "shop" / "00000002-b.jsonl").write_bytes(b"\xff\n" + lines(3))
    home.path = odd
    home.ingest()
    assert home.message_ids() == ["m1", "m2", "m3"]
    assert home.rows("select count(*) from raw.loaded_files where status = 'loaded'") == [(2,)]


def test_lines_are_numbered_where_several_threads_read_large_files(home):
    filler = "x" * 12_000
    per_file = 6_000
    for file in range(2):
        numbers = range(file * per_file, (file + 1) * per_file)
        home.put(
            f"{file}.jsonl",
            b"".join(line(n, properties={"x": filler[: n % 12_000]}) + b"\n" for n in numbers),
        )
    home.ingest()
    # File numbers count from 1, and so do lines.
    assert home.rows(
        f"select count(*) from raw.events"
        f" where message_id = 'm' || ((file_number - 1) * {per_file} + line - 1)"
    ) == [(2 * per_file,)]


def test_two_files_of_one_number_are_told_apart(home):
    taken = "app/00000001-a.jsonl"
    for source in ("app", "shop"):
        folder = home.landing / source
        folder.mkdir(parents=True)
        (folder / "00000001-a.jsonl").write_bytes(line(source))
    (folder / "00000002-b.jsonl").write_bytes(line("b"))
    for _ in range(2):
        home.ingest()
        assert home.message_ids() == ["mapp", "mb"]
        assert home.rows("select error from raw.loaded_files where status = 'failed'") == [
            (f"its number is that of {taken}: name it without one, and it is given its own",)
        ]
    (folder / "00000001-a.jsonl").rename(folder / "a.jsonl")
    landing.adopt(home.landing, settle_seconds=0.01)
    home.ingest()
    assert home.message_ids() == ["mapp", "mb", "mshop"]


def test_what_is_landed_is_never_written_to(home):
    contents = {"a.jsonl": GOOD, "b.jsonl": b"\xff\n" + lines(3), "c.csv": b"customer_number\n1"}
    for name, content in contents.items():
        home.put(name, content, "crm" if name.endswith("csv") else "shop")
    for path in home.landing.glob("*/*-*"):
        path.chmod(0o444)
    home.ingest()
    found = {path.name[9:]: path.read_bytes() for path in home.landing.glob("*/*-*")}
    assert found == contents


def test_errors_and_messages_hold_nothing_of_what_lines_say(home):
    secret = "ann@example.com"
    home.put("a.jsonl", f'{{"userId": "{secret}\n"type": "{secret}"}}'.encode() + b"\n\xff\n")
    home.put("b.csv", f"{secret}\n".encode(), "crm")
    home.put("c.csv", f"customer_number,birthday\n1,{secret}\n".encode(), "crm")
    told = []
    home.ingest(progress=told.append)
    reasons = home.rows("select reason from raw.rejected_events")
    errors = home.rows("select error from raw.loaded_files")
    assert secret not in json.dumps([told, reasons, errors])
