"""A person erased from a whole home, killed on the way: nothing of theirs is left, all else is."""

import gzip
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import duckdb
import pytest

from tests.e2e.servers import TESSERA, environment_of, table, tessera

# Rows of other people must be the same to the letter; figures that compare people may move.
OF_PEOPLE = {
    "marts.dim_customers": "*",
    "marts.dim_visitors": "*",
    "marts.fct_events": "*",
    "marts.fct_sessions": "*",
    "marts.fct_orders": "*",
    "marts.fct_order_lines": "*",
    "marts.dim_consent_status": "*",
    "features.ftr_interactions": "*",
    "segments.fct_segment_history": "* exclude (known_from, known_to)",
}
REBUILT = {
    **{name: columns for name, columns in OF_PEOPLE.items() if "history" not in name},
    "features.ftr_customers": "*",
    "segments.fct_segment_members": "customer_id, segment, entered_at, as_of, source",
    "raw.loaded_files where source != 'tessera_ledger'": "* exclude (loaded_at, error)",
    "ops.rejections": "* exclude (loaded_at)",
}
KILLED_AT = ("landing", "targets", "remains")


def rows(home, tables):
    return {
        name: {
            (row["row_text"], row["times"])
            for row in table(
                home,
                "select row_text, count(*) as times from (select cast(row_of as varchar) "
                f"as row_text from (select {columns} from {name}) as row_of) group by all",
            )
        }
        for name, columns in tables.items()
    }


def moved(home, target):
    """Copy a home; the model registry names places by their whole paths."""
    shutil.copytree(home, target, symlinks=True)
    with sqlite3.connect(target / "mlflow.db") as store:
        for name, sql in store.execute(
            "select name, sql from sqlite_master where type = 'table'"
        ).fetchall():
            for column in re.findall(
                r"^\s*(\w*(?:uri|location|source|value))\s", sql, re.MULTILINE
            ):
                store.execute(
                    f"update or ignore {name} set {column} = replace({column}, ?, ?)",
                    (str(home), str(target)),
                )
    return target


def person(home):
    """Return a customer who was sent somewhere and shares nothing, with all that names them."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        ((customer,),) = warehouse.execute(
            "select customer_id from activation.fct_deliveries "
            "join marts.dim_customer_contacts using (customer_id) "
            "where email is not null and phone is not null and customer_id not in ("
            "  select customer_id from intermediate.int_identifiers_resolved where group_id in ("
            "    select group_id from intermediate.int_identifiers_resolved where is_guarded)) "
            "and customer_id in (select customer_id from marts.fct_customer_merges) "
            "group by 1 order by count(*) desc, 1 limit 1"
        ).fetchall()
        names = warehouse.execute(
            "select identifier_type, identifier, visitor_id, identifier_hash "
            "from intermediate.int_identifiers_resolved where customer_id = ?",
            [customer],
        ).fetchall()
        merged = warehouse.execute(
            "select loser_customer_id from marts.fct_customer_merges where customer_id = ?",
            [customer],
        ).fetchall()
    return (
        customer,
        names,
        {customer, *(x for row in [*names, *merged] for x in row if x)}
        - {"user_id", "anonymous_id", "email", "phone"},
    )


def decoded(path: Path):
    """Yield all that a file holds: its bytes, and what they stand for."""
    content = path.read_bytes()
    yield path.name.encode()
    yield content
    if content[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as database:
            for schema, name in database.execute(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall():
                yield str(
                    database.execute(f'select t::varchar from "{schema}"."{name}" as t').fetchall()
                ).encode()
    elif content.startswith(b"PAR1"):
        yield str(
            duckdb.execute("select t::varchar from read_parquet(?) as t", [str(path)]).fetchall()
        ).encode()
    elif content.startswith(b"SQLite format 3"):
        with sqlite3.connect(path) as database:
            yield "\n".join(database.iterdump()).encode(errors="replace")
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)


def held(home, texts):
    """Return the files that hold any of the texts, with the text."""
    wanted = [text.lower().encode() for text in texts]
    return {
        (str(path.relative_to(home)), text)
        for path in home.rglob("*")
        if path.is_file() and not path.is_symlink()
        for content in decoded(path)
        for text in wanted
        if text in content.lower()
    }


def planted(names):
    """Return lines that name the person where nobody would look, and one of somebody else's."""
    given = dict((type_, text) for type_, text, *_ in names)
    user, email = given["user_id"], given["email"]
    event = {"type": "track", "event": "Gift Sent", "timestamp": "2026-03-01T10:00:00Z"}
    return [
        json.dumps(
            {
                **event,
                "messageId": "mention",
                "userId": "somebody",
                "properties": {"to": email.upper()},
            }
        ),
        json.dumps({**event, "messageId": "refused", "userId": user, "type": "unheard of"}),
        '{"messageId": "cut off", "userId": "' + user + '", "proper',
        f"mail from <{email}>, not JSON",
    ]


def kill_at(home, step, *arguments):
    """Run an erasure until it says that it begins a step, and kill it there."""
    process = subprocess.Popen(
        [TESSERA, "erase", *arguments],
        env=environment_of(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process.stderr as stream:
        said = list(iter_until(stream, f"{step} …"))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert said[-1].strip() == f"{step} …", "".join(said)


def job(home, name):
    """Run a job without the command line of this project."""
    command = [str(Path(TESSERA).with_name("dagster")), "job", "execute", "-j", name]
    done = subprocess.run(
        [*command, "-m", "dagster_project.definitions"],
        env=environment_of(home),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def iter_until(stream, text):
    for line in stream:
        yield line
        if line.strip() == text:
            return


@pytest.mark.slow
@pytest.mark.timeout(1800)  # four refreshes, each in a process of its own
def test_a_person_is_erased_from_everything_and_nobody_else_is(tmp_path, refreshed):
    home = moved(refreshed, tmp_path / "home")
    customer, names, texts = person(home)
    before = rows(refreshed, OF_PEOPLE)
    extra = tmp_path / "extra.jsonl"
    extra.write_text("\n".join(planted(names)))
    tessera(home, "load", str(extra), "--source", "shop")
    tessera(home, "consent", "set", customer, "ads", "withdrawn", "--method", "telephone")
    given = tessera(home, "access", customer, "--out", str(tmp_path / "given"))
    assert_access_is_complete(tmp_path / "given", json.loads(given.stdout), names)
    assert {file.split("/")[0] for file, _ in held(home, texts)} >= {
        "landing",
        "warehouse.duckdb",
        "published",
        "exports",
        "activation",
    }

    kill_at(home, KILLED_AT[0], customer)
    for step in KILLED_AT[1:]:
        kill_at(home, step, "--resume")
    job(home, "ingest_events")  # as the web UI, a schedule or a sensor would start it
    (receipt,) = (
        json.loads(path.read_text()) for path in (home / "privacy" / "receipts").iterdir()
    )
    assert tessera(home, "erase", "--resume").stdout == ""  # nothing is left to go on with

    assert receipt["state"] == "completed"
    assert receipt["pending"] == []
    assert receipt["targets"]["crm_files"] == "acknowledged"
    assert receipt["removed"]["landing"]["mentions_in_rows_of_others"] == 1
    assert held(home, texts) == set()
    assert_others_are_untouched(before, rows(home, OF_PEOPLE), texts)
    (request,) = table(home, "select * from ops.privacy_requests where kind = 'erasure'")
    assert request["state"] == "completed"
    assert request["gdpr_due_at"] > request["requested_at"]

    erased = rows(home, REBUILT)
    late = tmp_path / "late.jsonl"
    late.write_text("\n".join(planted(names)[1:]))
    tessera(home, "load", str(late), "--source", "shop")
    tessera(home, "run", "refresh_segments")
    assert held(home, texts) == set()
    refused = table(home, "select reason, lines from ops.rejections where reason = 'suppressed'")
    assert refused == [{"reason": "suppressed", "lines": 3}]
    after = rows(home, REBUILT)
    for name in set(REBUILT) - {"ops.rejections", *(x for x in REBUILT if "loaded_files" in x)}:
        assert after[name] == erased[name], name

    again = tmp_path / "again"
    again.mkdir()
    for name in ("landing", "keys"):
        shutil.copytree(home / name, again / name)
    environment = {
        **environment_of(again),
        "MLFLOW_TRACKING_URI": f"sqlite:///{home / 'mlflow.db'}",
    }
    subprocess.run(
        [TESSERA, "run", "refresh_segments"], env=environment, check=True, capture_output=True
    )
    assert rows(again, REBUILT) == after


def assert_access_is_complete(folder, receipt, names):
    def read(name):
        return json.loads((folder / f"{name}.json").read_text())

    assert receipt["rows"]["identifiers"] == len(names)
    assert {row["identifier"] for row in read("identifiers")} == {name[1] for name in names}
    assert all(json.loads(path.read_text()) for path in folder.glob("*.json"))  # no empty table
    given = "\n".join(row["content"] for row in read("events_as_given"))
    assert "not JSON" in given
    assert '"unheard of"' in given
    assert '"mention"' not in given  # it is somebody else's
    noted = "\n".join(row["content"] for row in read("written_down"))
    assert '"telephone"' in noted  # though no refresh has seen it yet
    assert '"delivery"' in noted
    for name in (
        "marts_fct_sessions",
        "segments_fct_segment_history",
        "features_ftr_customers",
        "ml_recommendations",
        "ml_customer_scores",
        "activation_fct_deliveries",
        "marts_fct_consents",
        "marts_dim_customer_contacts",
    ):
        assert read(name), name
        assert (folder / f"{name}.csv").read_text().count("\n") >= 2
    assert "What is held about you" in (folder / "index.html").read_text()


def assert_others_are_untouched(before, after, texts):
    for name, held_before in before.items():
        of_others = {row for row in held_before if not any(text in row[0] for text in texts)}
        planted_rows = {row for row in after[name] - of_others if "somebody" not in row[0]}
        assert of_others - after[name] == set(), name
        # the somebody of the planted mention, and whom comparisons with one person less bring in
        assert len(planted_rows) <= 8, name
