"""What the summary says of refused lines."""

import duckdb

from dagster_project.statements import statement


def test_reasons_that_differ_in_a_number_are_one_and_a_standard_keeps_its_own():
    with duckdb.connect() as connection:
        connection.execute("create schema ops")
        connection.execute(
            "create table ops.rejections as select * from (values "
            "('a line of 10200 bytes', 2), ('a line of 98765 bytes', 1), "
            "('timestamp: not an ISO 8601 time', 7)) as found (reason, lines)"
        )
        found = connection.execute(statement("dagster_project.status", "rejections")).fetchall()
    assert found == [("timestamp: not an ISO 8601 time", 7), ("a line of N bytes", 3)]
