import duckdb
import pytest

from edge import comparisons
from edge.comparisons import Part
from edge.thresholds import rules

QUERY = """
select
    customers.orders <= 0.5 * customers.earlier as buys_less,
    2 * customers.earlier >= 2 as bought_before,
    case when customers.age >= 180 then customers.rate >= 0.75
        else customers.visits >= 4 and not customers.is_new end as keeps_on,
    customers.city like 'B%' and customers.city is not null as is_in_b,
    customers.is_new as is_new,
    customers.hidden > 2 * customers.orders as is_secret
from customers
"""
TABLE = """
attach ':memory:' as warehouse;
create schema warehouse.conditions;
create table warehouse.conditions.seg_any as
select 'c1' as customer_id, 2 as orders, 1.0::double as earlier, 60 as age, 0.5::double as rate,
    3 as visits, true as is_new, 'Bern' as city;
"""


@pytest.fixture(scope="module")
def parts():
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        found = rules(connection, QUERY)
        yield lambda name: comparisons.evaluated(connection, "seg_any", "c1", found[name].parts)


def test_a_column_against_a_share_of_another_says_how_far_it_is(parts):
    (found,) = parts("buys_less")
    assert (found.value, found.threshold, found.holds, found.distance) == (2, "<= 0.5", False, 1.5)


def test_a_computed_side_shows_what_it_comes_to(parts):
    (found,) = parts("bought_before")
    assert (found.text, found.value, found.holds) == ("(2 * earlier) >= 2", 2, True)


def test_each_part_of_a_case_has_its_own_verdict_and_distance(parts):
    assert parts("keeps_on") == (
        Part("age >= 180", False, 60, ">= 180", 120),
        Part("rate >= 0.75", False, pytest.approx(0.5), ">= 0.75", pytest.approx(0.25)),
        Part("visits >= 4", False, 3, ">= 4", 1),
        Part("is_new", True),
    )


def test_words_have_a_verdict_but_no_distance(parts):
    like, known = parts("is_in_b")
    assert (like.holds, like.distance, known.holds) == (True, None, True)


@pytest.mark.parametrize("name", ["is_new", "is_secret"])
def test_what_says_no_more_than_the_condition_or_cannot_be_read_has_no_parts(parts, name):
    assert parts(name) == ()
