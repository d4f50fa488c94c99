from datetime import datetime, timedelta

import duckdb
import pytest
import yaml

from edge import evidence
from edge.thresholds import Rule, rules
from tests.conftest import PROJECT

VIEW = """
select *, coalesce(is_low, false) as is_member from (
    with inner_rows as (select price > 999 as is_low from t)
    select
        price <= 20 as is_low,
        0.5 < rate as is_high,
        label = 'gold' as is_gold,
        price > rate as is_dear,
        price + 1 > 3 and rate > 1 as is_both,
        flag as has_flag
    from inner_rows
) as evaluated
"""


@pytest.fixture(scope="module")
def found():
    with duckdb.connect() as connection:
        return rules(connection, VIEW)


def test_a_failing_value_says_how_far_it_is_from_holding(found):
    assert found["is_low"].compared == "<= 20"
    assert found["is_low"].distance(25) == 5  # 25 against at most 20
    assert found["is_low"].distance(20) == 0
    assert found["is_low"].distance(None) is None


def test_a_whole_number_has_to_pass_a_limit_that_it_only_reaches():
    more_than_2 = Rule("", (), ">", 2)
    assert [more_than_2.distance(items) for items in (0, 2, 3, 4)] == [3, 1, 0, 0]
    assert [Rule("", (), "<", 2).distance(items) for items in (3, 2, 1)] == [2, 1, 0]
    assert str(more_than_2.distance(2.0)) == "0.0"  # of a share or an amount: at the limit itself
    assert str(Rule("", (), ">=", 2).distance(2)) == "0.0"


def test_a_constant_on_the_left_is_read_the_other_way_round(found):
    assert found["is_high"].compared == "> 0.5"
    assert found["is_high"].distance(0.2) == pytest.approx(0.3)


def test_words_have_a_threshold_but_no_distance(found):
    assert found["is_gold"].compared == "= gold"
    assert found["is_gold"].distance("silver") is None


@pytest.mark.parametrize("name", ["is_dear", "is_both", "has_flag"])
def test_what_is_no_comparison_with_a_constant_shows_its_text_only(found, name):
    assert found[name].compared is None
    assert found[name].distance(1) is None
    assert found[name].text


def test_events_are_chosen_by_what_a_feature_counts():
    assert evidence.kinds("product_views_7_days") == ("Product Viewed",)
    assert "Order Completed" in evidence.kinds("recency_days")
    assert "Product Added" in evidence.kinds("open_cart_items")
    assert evidence.kinds("sessions_30_days") == ()
    for column in ("similar_products_bought", "most_bought_brand_share", "brand_purchases"):
        assert "Order Completed" in evidence.kinds(column), column
    assert "Product List Viewed" in evidence.kinds("category_views_1_hour")


def test_windows_of_days_begin_at_midnight_and_others_at_once():
    as_of = datetime.fromisoformat("2026-03-10T15:30:00")
    assert evidence.window_start("orders_7_days", as_of) == datetime.fromisoformat("2026-03-03")
    assert evidence.window_start("views_24_hours", as_of) == datetime.fromisoformat(
        "2026-03-09T15:30:00"
    )
    assert evidence.window_start("recency_days", as_of) == evidence.BEGINNING
    assert evidence.window_start("active_days", as_of) == as_of - timedelta(days=7)
    assert evidence.window_start("most_category_views_in_an_hour", as_of) == as_of - timedelta(
        days=7
    )


def test_recent_features_look_back_as_far_as_the_project_says():
    project = yaml.safe_load((PROJECT / "dbt" / "dbt_project.yml").read_text())
    assert project["vars"]["recent_days"] == evidence.RECENT_DAYS


def test_views_behind_a_feature_are_those_of_the_product_or_category_it_counts():
    row = {"product_of_most_visits": "p1", "similar_bought": 2, "category_of_1_hour": "lamps"}
    assert evidence.subject(("product_page_visits",), row) == ("p1", None)
    assert evidence.subject(("category_views_1_hour",), row) == (None, "lamps")
    assert evidence.subject(("similar_bought",), row) == (None, None)
    assert evidence.subject(("product_views_30_days",), {"product_id": "p2"}) == ("p2", None)
    # of all products, and of one that is not known
    assert evidence.subject(("product_views_7_days",), {"orders_7_days": 0}) == (None, None)
    assert evidence.subject(("product_page_visits",), {"product_of_most_visits": None}) == (
        None,
        None,
    )
