"""A person's text is found in every kind of file, however it is packed."""

import gzip
import sqlite3
import zipfile

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from edge.privacy.content import files_of, search_files
from edge.privacy.lines import search_for
from edge.privacy.subjects import Name, Subject

TEXT = "ann@example.com"
ANN = search_for(Subject((), frozenset({Name("", "email", TEXT)})))


def in_duckdb(path, text):
    with duckdb.connect(str(path)) as database:
        database.execute(
            "create table held as select n, ['x', ? || ''] as texts from range(3000) as t(n)",
            [text],
        )
    return path


def in_sqlite(path, text):
    with sqlite3.connect(path) as database:
        database.execute("create table held (content)")
        database.execute("insert into held values (?)", (text,))


def in_parquet(path, text):
    table = pa.table({"rows": [[{"who": text}]] * 5000, "other": range(5000)})
    pq.write_table(table, path, compression="zstd")


def in_npz(path, text):
    with path.open("wb") as stream:
        np.savez_compressed(stream, names=np.array([text, "other"]))


def in_zip(path, text):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model/state.json", text * 100 + " " + text)


KINDS = {
    "duckdb": in_duckdb,
    "sqlite": in_sqlite,
    "parquet": in_parquet,
    "npz": in_npz,
    "zip": in_zip,
    "gzip": lambda path, text: path.write_bytes(gzip.compress(text.encode())),
    "cut gzip": lambda path, text: path.write_bytes(
        gzip.compress(f"{text} {'x' * 999}".encode())[:-9]
    ),
    "text": lambda path, text: path.write_text(f"a {text}"),
    "bytes": lambda path, text: path.write_bytes(b"\0\xff" + text.encode() + b"\0"),
    "beyond a chunk": lambda path, text: path.write_text("x" * (4 * 2**20 - 7) + " " + text),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_is_found_in_every_kind_of_file(tmp_path, kind):
    KINDS[kind](tmp_path / "held", TEXT)
    found = search_files(files_of(tmp_path), ANN)
    assert {trace.path.name for trace in found.traces} == {"held"}
    assert found.files == 1


@pytest.mark.parametrize("kind", KINDS)
def test_another_text_is_not_found(tmp_path, kind):
    KINDS[kind](tmp_path / "held", "joann@example.com")
    assert search_files(files_of(tmp_path), ANN).traces == ()


def test_a_name_of_a_file_tells_too(tmp_path):
    (tmp_path / f"{TEXT}.txt").write_text("")
    assert [x.within for x in search_files(files_of(tmp_path), ANN).traces] == ["its name"]
