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
    customers.city in ('Basel', 'Genf') as is_in_b_or_g,
    customers.city not like 'B%' or customers.city is null as is_elsewhere,
    not (customers.visits >= 3 or customers.city not in ('Basel', 'Bern')) as is_rare_or_here,
    customers.visits between 4 and 6 as is_usual,
    customers.visits = 0.5 * customers.missing as is_half,
    starts_with(customers.city, 'G') as begins_with_g,
    customers.hidden > 2 * customers.orders as is_secret
from customers
"""
TABLE = """
attach ':memory:' as warehouse;
create schema warehouse.conditions;
create table warehouse.conditions.seg_any as
select 'c1' as customer_id, 2 as orders, 1.0::double as earlier, 60 as age, 0.5::double as rate,
    3 as visits, true as is_new, 'Bern' as city, null::double as missing;
"""


def needs(found):
    return [part.needed for part in found if not part.holds]


@pytest.fixture(scope="module")
def parts():
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        found = rules(connection, QUERY)
        yield lambda name: comparisons.evaluated(
            connection, "conditions.seg_any", "c1", found[name].parts
        )


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
        Part("not is_new", False, True, needed="is yes, must be no"),
    )


def test_words_that_hold_have_a_verdict_and_need_nothing(parts):
    like, known = parts("is_in_b")
    assert like.text == "city LIKE 'B%'"
    assert (like.holds, like.distance, like.needed, known.holds) == (True, None, None, True)


def test_words_say_what_they_are_and_what_would_match(parts):
    assert needs(parts("is_new")) == []
    assert needs(parts("is_in_b_or_g")) == ["is Bern, must be one of Basel, Genf"]
    assert needs(parts("begins_with_g")) == ["is Bern, must be such that starts_with(city, 'G')"]
    assert needs(parts("is_elsewhere")) == [
        "is Bern, must be unlike B%",
        "is Bern, must be unknown",
    ]


def test_a_negation_turns_what_its_parts_ask_for(parts):
    visits, city = parts("is_rare_or_here")
    assert (visits.text, visits.holds, visits.distance) == ("visits < 3", False, 1)
    assert (city.text, city.holds) == ("not city NOT IN ('Basel', 'Bern')", True)


def test_a_range_is_as_far_as_its_nearer_end(parts):
    low, high = parts("is_usual")
    assert [(part.text, part.distance) for part in (low, high)] == [
        ("visits >= 4", 1),
        ("visits <= 6", 0),
    ]


def test_a_number_against_what_is_not_known_says_so(parts):
    (half,) = parts("is_half")
    assert (half.holds, half.distance, half.needed) == (None, None, "is 3, must be not known")


def test_what_cannot_be_read_has_no_parts(parts):
    assert parts("is_secret") == ()
