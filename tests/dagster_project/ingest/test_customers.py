"""Customers as a CRM exports them, mapped by the configuration."""

import io
import json
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

HEADER = "customer_number,email_address,birthday,postcode,age,updated_at,plan"
ROW = "1001,ann@example.com,1980-02-03,01234,46,2026-01-01T10:00:00Z,gold"


def put(home, *rows, header=HEADER, name="a.csv"):
    return home.put(name, "\n".join([header, *rows]).encode(), "crm")


def users(home, columns="user_id, email"):
    return home.rows(f"select {columns} from raw.customers order by file_number, line")


def test_columns_are_mapped_and_the_others_are_traits(home):
    put(home, ROW)
    home.ingest()
    assert users(home, "user_id, email, birthday, postal_code, age, updated_at, city") == [
        (
            "1001",
            "ann@example.com",
            date(1980, 2, 3),
            "01234",
            46,
            datetime.fromisoformat("2026-01-01T10:00"),
            None,
        )
    ]
    ((traits,),) = users(home, "traits")
    assert json.loads(traits) == {"plan": "gold"}


def test_typed_parquet_is_read_like_text(home):
    put(home, ROW)
    table = pa.table(
        {
            "Customer_Number": [1001.0],
            "EMAIL_ADDRESS": ["ann@example.com"],
            "birthday": [date(1980, 2, 3)],
            "postcode": ["01234"],
            "age": [46],
            "updated_at": [datetime.fromisoformat("2026-01-01T10:00")],
            "plan": ["gold"],
        }
    )
    stream = io.BytesIO()
    pq.write_table(table, stream)
    home.put("b.parquet", stream.getvalue(), "crm")
    home.ingest()
    assert home.rows(
        "select rows_stored, rows_duplicate from raw.loaded_files order by file_number"
    ) == [(1, 0), (0, 1)]


def test_a_record_that_says_nothing_new_is_a_duplicate_and_a_return_to_the_old_is_not(home):
    header = "customer_number,email_address"
    put(home, "1,a@x.com", "2,b@x.com", "1,a@x.com", header=header)
    home.ingest()
    put(home, "1,a@x.com", "1,new@x.com", "1,a@x.com", "2,b@x.com", header=header)
    home.ingest()
    put(home, "1,a@x.com", "2,c@x.com", header=header)
    home.ingest()
    put(home, "2,b@x.com", header=header)
    home.ingest()
    assert users(home) == [
        ("1", "a@x.com"),
        ("2", "b@x.com"),
        ("1", "new@x.com"),
        ("1", "a@x.com"),
        ("2", "c@x.com"),
        ("2", "b@x.com"),
    ]
    assert home.rows("select count(distinct message_id) from raw.customers") == [(6,)]
    assert home.rows(
        "select rows_stored, rows_duplicate from raw.loaded_files order by file_number"
    ) == [(2, 1), (2, 2), (1, 1), (1, 0)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",a@x.com,,,,,", "user_id: missing"),
        ("1,,3.2.1980,,,,", "birthday: not an ISO 8601 date"),
        ("1,,,,old,,", "age: not a whole number of years"),
        ("1,,,,-1,,", "age: not a whole number of years"),
        ("1,,,,,yesterday,", "updated_at: not an ISO 8601 time"),
        ("1,,", "3 columns, the header has 7"),
    ],
)
def test_a_bad_record_is_rejected_and_the_others_are_not(home, row, reason):
    put(home, ROW, row, "1002,,,,,,")
    home.ingest()
    assert home.reasons() == {2: reason}
    assert users(home, "user_id") == [("1001",), ("1002",)]


def test_a_field_may_hold_commas_quotes_and_line_ends(home):
    put(home, '1,"a ""b"", c\nd@x.com"', "2,e@x.com", header="customer_number,email_address")
    home.ingest()
    assert users(home) == [("1", 'a "b", c\nd@x.com'), ("2", "e@x.com")]


def test_a_quote_that_never_ends_is_one_bad_row(home):
    rows = ["1,a@x.com", '2,"b@x.com', *(f"{number},{'c' * 90}" for number in range(3, 3000))]
    name = put(home, *rows, header="customer_number,email_address")
    home.ingest()
    file = home.file(name)
    assert file["rows_rejected"] > 0
    assert users(home)[0] == ("1", "a@x.com")


def test_columns_that_a_file_lacks_are_empty(home):
    put(home, "1", header="CUSTOMER_NUMBER ")
    home.ingest()
    assert users(home, "user_id, email, traits") == [("1", None, None)]


def test_without_the_user_s_column_the_file_waits_for_the_mapping(home):
    name = put(home, "1,a@x.com", header="number,email_address")
    home.ingest()
    assert "no column customer_number" in home.file(name)["error"]
    from tests.dagster_project.ingest.homes import SOURCES

    crm = SOURCES.sources["crm"].model_dump()
    crm["columns"] = {"user_id": "number"}
    home.ingest(type(SOURCES).model_validate({"sources": {"crm": crm}}))
    assert users(home, "user_id") == [("1",)]
