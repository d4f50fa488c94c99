import duckdb
import pytest

from edge import selects


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as connection:
        yield connection


def test_a_text_survives_being_read_and_written(connection):
    query = (
        "with a as (select 1 as x, 60e6 as y) select a.x, b.z from a cross join c "
        "left join b on a.x = b.x where b.z > 0.5"
    )
    tree = selects.parse(connection, query)
    text = selects.write(connection, tree)

    assert text is not None
    # a comma would bind weaker than the join after it
    assert "JOIN c" in text
    assert "CAST('60000000.0' AS DOUBLE)" in text


def test_what_is_not_one_select_is_refused(connection):
    with pytest.raises(ValueError, match="syntax error"):
        selects.parse(connection, "select from where")
    with pytest.raises(ValueError, match="Only SELECT"):
        selects.parse(connection, "create table t as select 1")


def test_relations_are_those_that_the_result_rests_on(connection):
    query = (
        "with used as (select * from s.a), idle as (select * from s.b) "
        "select * from used join s.c on true where exists (select 1 from s.d)"
    )
    assert sorted(selects.reads(selects.parse(connection, query))) == [
        ("s", "a"),
        ("s", "c"),
        ("s", "d"),
    ]
