import threading
from dataclasses import dataclass

import duckdb
import pytest

from dagster_project.scratch import making
from dagster_project.scratch.project import Model


@dataclass(frozen=True)
class Laid:
    model: Model


def laid(name, *parents):
    return Laid(Model(name, name, ("features", name), parents, "table", {}, f"{name}.sql"))


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def test_each_is_made_after_all_it_rests_on(connection):
    plan = [laid("a", "outside"), laid("b", "a"), laid("c"), laid("d", "b", "c"), laid("e", "d")]
    ended = []

    def make(_, each):
        assert set(each.model.parents) - {"outside"} <= set(ended)
        ended.append(each.model.name)

    making.in_order(connection, plan, make, at_once=3)
    assert sorted(ended) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("at_once", [1, 2])
def test_so_many_are_made_at_once_and_no_more(connection, at_once):
    lock = threading.Lock()
    meeting = threading.Barrier(at_once)
    running, most = 0, 0

    def make(_, __):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        meeting.wait(timeout=30)  # breaks where fewer are under way
        with lock:
            running -= 1
        meeting.wait(timeout=30)

    making.in_order(connection, [laid(str(number)) for number in range(6)], make, at_once=at_once)
    assert most == at_once


def test_what_rests_on_a_failure_is_not_made(connection):
    made = []

    def make(_, each):
        made.append(each.model.name)
        if each.model.name == "a":
            raise ValueError("a is broken")

    with pytest.raises(ValueError, match="a is broken"):
        making.in_order(connection, [laid("a"), laid("b", "a")], make, at_once=2)
    assert made == ["a"]


def test_two_that_rest_on_each_other_are_named(connection):
    with pytest.raises(ValueError, match=r"\['a', 'b'\] rest on each other"):
        making.in_order(connection, [laid("a", "b"), laid("b", "a")], lambda *_: None, at_once=2)
