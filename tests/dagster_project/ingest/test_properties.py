"""Whatever lines arrive: the SQL decides as the plain rules do, and every line is accounted for."""

import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dagster_project.ingest import scan, work
from tests.dagster_project.ingest.homes import Home
from tests.dagster_project.ingest.reference_rules import TIMES, judge

LANDED_AT = datetime.fromisoformat("2026-06-01T12:00:00")
FIELDS = (
    "message_id, type, event, name, user_id, anonymous_id, previous_id, group_id, timestamp,"
    " original_timestamp, sent_at, received_at, context, properties, traits, integrations"
)
OBJECTS = ("context", "properties", "traits", "integrations")

ODD_TIMES = [
    "",
    "infinity",
    "epoch",
    "now",
    "2026-01-01",
    " 2026-01-01",
    "2026-1-1",
    "2026/01/01",
    "20260101T000000Z",
    "2026-W01-1",
    "2026-02-29",
    "2026-01-01 10:00:00",
    "2026-01-01t00:00:00z",
    "2026-01-01T00:00",
    "2026-01-01T00Z",
    "2026-01-01T00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T23:59:60Z",
    "2026-01-01T00:00:00.Z",
    "2026-01-01T00:00:00,5Z",
    "2026-01-01T00:00:00.123456789Z",
    "2026-01-01T00:00:00.9999999+01:00",
    "2026-01-01T00:00:00+16:00",
    "2026-01-01T00:00:00 Europe/Berlin",
    "2026-06-02T12:00:00Z",
    "2026-06-02T12:00:00.000001Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-01:00",
    "99999-01-01T00:00:00Z",
    "-2026-01-01T00:00:00Z",
    "\u0662\u0660\u0662\u0666-01-01T00:00:00Z",
    "1767225600",
]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
# Within two days of landing, so that the limit of a day is met from both sides.
zones = st.sampled_from(["Z", "", "+02:00", "-0330", "-11", "+15:59"])
usual_times = st.builds(
    lambda hours, micro, separator, zone: (
        (LANDED_AT + timedelta(hours=hours, microseconds=micro)).isoformat(separator) + zone
    ),
    st.integers(-48, 48),
    st.sampled_from([0, 0, 1, -1, 123_000]),
    st.sampled_from("TT "),
    zones,
)
times = st.one_of(usual_times, usual_times, usual_times, st.sampled_from(ODD_TIMES))
ids = st.sampled_from(["u1", "a1", "", " ", 'é"\\/', "\u0000", "nan", "{[", "x" * 100, "é" * 101])
objects = st.dictionaries(st.text(max_size=4), json_values, max_size=3)
usual = {
    "type": st.sampled_from(["track", "page", "screen", "identify", "group", "alias", "Track", ""]),
    "messageId": st.sampled_from(["m1", "m2", "m3", "m\u00e9"]) | ids,
    "event": st.sampled_from(["Product Viewed", ""]),
    "name": st.text(max_size=5),
    **dict.fromkeys(("userId", "anonymousId", "previousId", "groupId"), ids),
    **dict.fromkeys(TIMES, times),
    **dict.fromkeys(OBJECTS, objects),
}


@st.composite
def events(draw):
    """Draw an event that is valid but for its times, and spoil few of its fields."""
    event = {
        "type": "track",
        "messageId": draw(usual["messageId"]),
        "event": "Product Viewed",
        "userId": "u1",
    }
    for name in draw(st.lists(st.sampled_from(TIMES), unique=True, max_size=4)):
        event[name] = draw(usual_times)
    if draw(st.booleans()):
        for name in draw(st.lists(st.sampled_from(list(usual)), max_size=4)):
            event[name] = draw(usual[name])
        for name in draw(st.lists(st.sampled_from(list(usual)), max_size=1)):
            event[name] = draw(json_values)
        for name in draw(st.lists(st.sampled_from(list(usual)), max_size=2)):
            event.pop(name, None)
    text = json.dumps(
        event,
        ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\r", "\t:\r")])),
    )
    return text.encode()


@st.composite
def damaged(draw):
    """Draw an event with a piece cut out or bytes put in, which may or may not matter."""
    line = draw(events())
    start = draw(st.integers(0, len(line)))
    end = min(len(line), start + draw(st.integers(0, 10)))
    return line[:start] + draw(st.binary(max_size=3)).replace(b"\n", b"") + line[end:]


def is_comparable(line):
    """Leave out what DuckDB forgives and plain JSON does not: a comma too many."""
    squeezed = b"".join(line.split())
    return b",}" not in squeezed and b",]" not in squeezed


texts = st.text(max_size=20).map(lambda text: text.replace("\n", "").encode())
blanks = st.sampled_from([b"", b" ", b"\t \r", b"\r"])
some_lines = st.lists(
    st.one_of(events(), events(), damaged(), texts, blanks).filter(is_comparable), max_size=20
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    files=st.lists(some_lines, min_size=1, max_size=3),
    ending=st.sampled_from([b"\n", b"\r\n"]),
    loads=st.booleans(),
)
@example(
    files=[[b'{"type":"track","userId":"u1","event":"x","timestamp":"epoch"}']],
    ending=b"\n",
    loads=False,
)
@example(
    files=[[b'{"type":"track"}' + b"\r" * 3 + b'{"type":"track"}'], [b"\xef\xbb\xbf"]],
    ending=b"\n",
    loads=True,
)
def test_the_statements_decide_as_the_plain_rules_do(files, ending, loads):
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        for number, content in enumerate(files):
            land(home, f"{number}.jsonl", ending.join(content))
            if loads:
                home.ingest()
        home.ingest()
        wanted = expected(home)
        assert found(home) == wanted
        home.connection.close()


def land(home, name, content):
    path = home.landing / "shop" / home.put(name, content)
    moment = LANDED_AT.replace(tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))


def expected(home):
    """Judge every line of every file that was read, in order of arrival."""
    stored, rejected, duplicates = {}, {}, Counter()
    read = home.rows(
        "select file, file_number from raw.loaded_files where status = 'loaded' order by 2"
    )
    for file, number in read:
        content = (home.landing / "shop" / file).read_bytes().removeprefix(b"\xef\xbb\xbf")
        for line_number, line in enumerate(content.split(b"\n"), 1):
            verdict = judge(line, LANDED_AT)
            if isinstance(verdict, str):
                rejected[number, line_number] = verdict
            elif verdict is not None:
                message_id = verdict.pop("message_id")
                if message_id in stored:
                    duplicates[number] += 1
                else:
                    stored[message_id] = (number, line_number, verdict)
    return stored, rejected, dict(duplicates)


def found(home):
    stored = {}
    names = FIELDS.split(", ")
    for number, line, *values in home.rows(f"select file_number, line, {FIELDS} from raw.events"):
        row = dict(zip(names, values, strict=True))
        for name in OBJECTS:
            row[name] = None if row[name] is None else json.loads(row[name])
        stored[row.pop("message_id")] = (number, line, row)
    rejected = home.rows("select file_number, line, reason from raw.rejected_events")
    duplicates = home.rows(
        "select file_number, rows_duplicate from raw.loaded_files where rows_duplicate > 0"
    )
    return stored, {(number, line): reason for number, line, reason in rejected}, dict(duplicates)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    content=st.lists(st.binary(max_size=40) | st.sampled_from([b"\n", b"\r\n", b"{}"])).map(
        b"".join
    )
)
def test_any_bytes_at_all_are_accounted_for(content):
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        name = home.put("a.jsonl", content)
        home.ingest()
        file = home.file(name)
        lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        rows = sum(1 for line in lines if line.strip(b" \t\r"))
        assert file["status"] in ("loaded", "failed")
        assert file["rows_read"] == (rows if file["status"] == "loaded" else 0)
        home.connection.close()


@settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(
    content=st.lists(
        st.sampled_from([b"\n", b" ", b"\t", b"\r", b"a", b"\xc3\xa9", b"xxxxxxx", b"\0"])
    ).map(b"".join),
    chunk=st.integers(1, 9),
)
def test_the_scan_counts_the_same_however_the_file_is_cut(content, chunk):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        path.write_bytes(content)
        before = scan.CHUNK, scan.LONGEST_LINE, scan.KEPT_OF_A_LONG_LINE
        scan.CHUNK, scan.LONGEST_LINE, scan.KEPT_OF_A_LONG_LINE = chunk, 6, 3
        try:
            scanned = scan.scan(path, copies=Path(folder), name="copy")
        except work.Unreadable:
            return
        finally:
            scan.CHUNK, scan.LONGEST_LINE, scan.KEPT_OF_A_LONG_LINE = before
        physical = content.split(b"\n")
        if physical[-1] == b"":
            physical.pop()
        assert scanned.lines == len(physical)
        kept = [line if len(line) <= 6 else line[:3] for line in physical]
        assert scanned.rows == sum(1 for line in kept if line.strip(b" \t\r"))
