import threading

import duckdb
import pytest

from dagster_project.beside import workers

ENDLESS = "select count(*) from range(1000000000) as a (i), range(1000000) as b (j) where i % 7 = j"


def test_each_work_has_a_connection_of_its_own_to_the_same_database():
    with duckdb.connect() as connection:
        connection.execute("create table given as select 7 as number")
        with workers(connection, 2) as started:
            read = [
                started.submit(lambda beside: (id(beside), beside.sql("from given").fetchall()))
                for _ in range(2)
            ]
        (one, rows), (other, _) = (each.result() for each in read)
    assert rows == [(7,)]
    assert len({one, other, id(connection)}) == 3


@pytest.mark.timeout(120)
def test_an_interrupt_ends_the_running_query_and_begins_no_other():
    begun = threading.Event()
    later = []

    def ask(beside):
        begun.set()
        beside.execute(ENDLESS)

    def interrupt():
        with duckdb.connect() as connection, workers(connection, 1) as started:
            started.submit(ask)
            started.submit(later.append)
            assert begun.wait(timeout=60)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert later == []
