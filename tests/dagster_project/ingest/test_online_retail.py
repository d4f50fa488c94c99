"""The UCI online retail set, in both its editions and however it is typed."""

import csv
import io
from datetime import datetime

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tests.dagster_project.ingest.homes import Home

FIRST = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]
RENAMED = {"InvoiceNo": "Invoice", "UnitPrice": "Price", "CustomerID": "Customer ID"}
SECOND = [RENAMED.get(name, name) for name in FIRST]
ROW = ("536365", "85123A", "HEART", "6", "2010-12-01 08:26:00", "2.55", "17850.0", "United Kingdom")
STORED = (
    "select invoice, stock_code, description, quantity, invoice_at, unit_price, customer, country"
    " from raw.online_retail order by file_number, line"
)


def text(rows, headers=FIRST, **options):
    stream = io.StringIO()
    csv.writer(stream, **options).writerows([headers, *rows])
    return stream.getvalue()


def put(home, rows, headers=FIRST, **options):
    return home.put("a.csv", text(rows, headers, **options).encode(), "online_retail")


def counts(home):
    return home.rows(
        "select rows_read, rows_stored, rows_duplicate, rows_rejected"
        " from raw.loaded_files order by file_number"
    )


def test_a_line_is_typed(home):
    put(home, [ROW])
    home.ingest()
    at = datetime.fromisoformat(ROW[4])
    assert home.rows(STORED) == [
        ("536365", "85123A", "HEART", 6, at, 2.55, "17850", "United Kingdom")
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2010-12-01 08:26:00", "2010-12-01T08:26"),
        ("2010-12-01T08:26:00Z", "2010-12-01T08:26"),
        ("2010-12-01", "2010-12-01"),
        ("12/1/2010 8:26", "2010-12-01T08:26"),
        ("01/12/2010 08:26", "2010-01-12T08:26"),
        ("12/31/2010 08:26:30", "2010-12-31T08:26:30"),
        ("12-1-10 8:26", "2010-12-01T08:26"),
        ("12/1/2010", "2010-12-01"),
    ],
)
def test_dates_are_read_with_the_month_first_as_the_set_has_them(home, written, read):
    put(home, [(*ROW[:4], written, *ROW[5:])])
    home.ingest()
    assert home.rows("select invoice_at from raw.online_retail") == [
        (datetime.fromisoformat(read),)
    ]


def test_a_file_that_must_write_the_day_first_is_read_so_throughout(home):
    put(home, [(*ROW[:4], written, *ROW[5:]) for written in ("31/12/2010 8:26", "01/12/2010 8:26")])
    home.ingest()
    assert home.rows(
        "select distinct invoice_at::date::varchar from raw.online_retail order by 1"
    ) == [
        ("2010-12-01",),
        ("2010-12-31",),
    ]


def test_a_file_that_writes_both_ways_has_the_month_first(home):
    put(home, [(*ROW[:4], written, *ROW[5:]) for written in ("31/12/2010 8:26", "12/31/2010 8:26")])
    home.ingest()
    assert home.reasons() == {1: "InvoiceDate: not a date"}


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (0, "", "InvoiceNo: missing"),
        (0, "nan", "InvoiceNo: missing"),
        (1, " ", "StockCode: missing"),
        (3, "six", "Quantity: not a whole number"),
        (3, "6.5", "Quantity: not a whole number"),
        (3, "", "Quantity: not a whole number"),
        (4, "", "InvoiceDate: not a date"),
        (4, "2010-13-01 08:26:00", "InvoiceDate: not a date"),
        (4, "infinity", "InvoiceDate: not a date"),
        (5, "free", "UnitPrice: not a number"),
        (5, "inf", "UnitPrice: not a number"),
        (5, "nan", "UnitPrice: not a number"),
        (5, "2,55", "UnitPrice: not a number"),
    ],
)
def test_a_bad_row_is_rejected_with_its_text(home, column, value, reason):
    bad = [*ROW[:column], value, *ROW[column + 1 :]]
    put(home, [ROW, bad])
    home.ingest()
    assert home.reasons() == {2: reason}
    assert counts(home) == [(2, 1, 0, 1)]
    (payload,) = home.rows("select payload::json ->> 'Description' from raw.rejected_events")
    assert payload == ("HEART",)


def test_a_row_of_another_width_is_rejected_and_its_neighbours_are_not(home):
    put(home, [ROW, ROW[:5], [*ROW, "more"], [], ROW])
    home.ingest()
    assert home.reasons() == {
        2: "5 columns, the header has 8",
        3: "9 columns, the header has 8",
    }
    assert home.rows("select line from raw.online_retail order by line") == [(1,), (4,)]


def test_identical_rows_of_a_file_are_all_kept(home):
    put(home, [ROW, ROW, ROW])
    home.ingest()
    assert counts(home) == [(3, 3, 0, 0)]
    assert home.rows("select count(distinct message_id) from raw.online_retail") == [(3,)]


def typed(rows, headers):
    columns = list(zip(*rows, strict=True))
    types = [str, str, str, int, datetime.fromisoformat, float, float, str]
    return pa.table(
        {
            header: [None if value == "" else kind(value) for value in column]
            for header, kind, column in zip(headers, types, columns, strict=True)
        }
    )


def test_the_same_lines_in_every_edition_are_stored_once(home):
    rows = [
        ROW,
        ROW,
        ("C536379", "D", "Discount £", "-1", "2010-12-01 09:41:00", "27.5", "14527.0", "France"),
        ("536370", "22423", "", "6", "2010-12-01 08:45:00", "0.001", "", "EIRE"),
    ]
    editions = {
        "text.csv": text(rows).encode(),
        "latin.csv": text(rows, SECOND).encode("latin-1"),
        "excel.csv": text(rows, SECOND, delimiter=";").encode("utf-8-sig"),
        "american.csv": text(
            [
                (
                    *row[:4],
                    f"12/1/2010 {int(row[4][11:13])}:{row[4][14:16]}",
                    row[5],
                    row[6][:5],
                    row[7],
                )
                for row in rows
            ]
        ).encode(),
    }
    for name, content in editions.items():
        home.put(name, content, "online_retail")
    for name, table in (
        ("text.parquet", pa.table(list(map(pa.array, zip(*rows, strict=True))), FIRST)),
        ("typed.parquet", typed(rows, SECOND)),
    ):
        stream = io.BytesIO()
        pq.write_table(table, stream)
        home.put(name, stream.getvalue(), "online_retail")
    home.ingest()
    assert counts(home) == [(4, 4, 0, 0)] + [(4, 0, 4, 0)] * 5
    assert home.rows(
        "select description, unit_price from raw.online_retail where line > 2 order by line"
    ) == [
        ("Discount £", 27.5),
        (None, 0.001),
    ]


def test_another_source_has_orders_of_its_own(home):
    from edge.sources import Sources

    put(home, [ROW])
    home.put("b.csv", text([ROW], SECOND).encode(), "germany")
    kind = {"kind": "online_retail"}
    home.ingest(Sources.model_validate({"sources": {"online_retail": kind, "germany": kind}}))
    assert counts(home) == [(1, 1, 0, 0), (1, 1, 0, 0)]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.csv", b"a,b\n1,2\n", "no column for invoice, stock_code"),
        ("a.csv", b"", "no header"),
        ("a.csv", b"\0\1binary", "binary content"),
        ("a.csv", b"a,a\n1,2\n", "one name twice"),
        ("a.parquet", b"PAR1 and no more", "a damaged Parquet file"),
        ("a.xlsx", b"PK", "takes .csv and .parquet"),
    ],
)
def test_a_file_that_is_no_such_table_fails_with_a_hint(home, name, content, error):
    bad = home.put(name, content, "online_retail")
    put(home, [ROW])
    assert home.ingest().failed == 1
    assert error in home.file(bad)["error"]
    assert home.rows("select count(*) from raw.online_retail") == [(1,)]
    assert home.ingest().files == 0


def test_a_table_that_changes_while_it_is_read_waits(home, monkeypatch):
    from dagster_project.ingest import tables

    name = put(home, [ROW])
    scan = tables.scan_table

    def growing(file, sources, **options):
        scanned = scan(file, sources, **options)
        file.path.touch()
        return scanned

    monkeypatch.setattr(tables, "scan_table", growing)
    home.ingest()
    assert home.file(name)["status"] == "changed"
    monkeypatch.undo()
    home.ingest()
    assert counts(home) == [(1, 1, 0, 0)]


@pytest.fixture(scope="module")
def real(real_data, tmp_path_factory):
    """Return a home with the real set, loaded as Parquet of text and again as typed CSV."""
    home = Home(tmp_path_factory.mktemp("retail"))
    parquet = real_data / "online_retail.parquet"
    home.put("set.parquet", parquet.read_bytes(), "online_retail")
    table = pq.read_table(parquet).rename_columns(SECOND)
    stream = io.BytesIO()
    pyarrow.csv.write_csv(table, stream)
    home.put("set.csv", stream.getvalue(), "online_retail")
    home.ingest()
    yield home
    home.connection.close()


def test_the_real_set_is_read_whole_and_once(real):
    assert counts(real) == [(541_909, 541_909, 0, 0), (541_909, 0, 541_909, 0)]


def test_the_real_set_keeps_its_sums(real):
    assert real.rows(
        "select count(distinct invoice), round(sum(quantity * unit_price), 3),"
        " count(*) filter (where customer is null), count(distinct customer),"
        " min(invoice_at)::varchar, max(invoice_at)::varchar from raw.online_retail"
    ) == [(25_900, 9_747_747.934, 135_080, 4_372, "2010-12-01 08:26:00", "2011-12-09 12:50:00")]
