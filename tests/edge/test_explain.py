import pytest

from edge import comparisons
from edge.explain import explain
from edge.published import query
from edge.thresholds import Rule
from tests.dagster_project.publish import shop

ODD_VIEWS = """
insert into segments.dim_segments values ('odd', 'ads', 1, 'active', []);
create view conditions.seg_odd as
select *, coalesce(is_new_visitor and matches_words_days and never, false) as is_member
from (
    select
        customers.customer_id,
        timestamp '2026-01-21' as as_of,
        features.monetary > 10 and features.open_cart_items < 5 as is_new_visitor,
        exists (select 1 from "warehouse"."ml"."customer_clusters" where cluster = 9) as never,
        null::boolean as matches_words_days,
        features.monetary,
        features.open_cart_items,
        3 as words_days
    from "warehouse"."marts"."dim_customers" as customers
    left join "warehouse"."features"."ftr_customers" as features using (customer_id)
) as rule;
"""

FLAGS = """
create table segments.dim_flags as
select 'features.ftr_customers' as relation, 'is_open' as flag,
    'percent_rank() over (order by monetary) >= 0.9' as rule, 'share of customers below' as words;
insert into segments.dim_segments values ('flagged', 'ads', 1, 'active', []);
alter table features.ftr_customers add column is_open boolean default false;
alter table features.ftr_customers add column is_odd boolean default false;
create view conditions.seg_flagged as
select *, coalesce(is_at_the_top and has_no_rule and is_of_a_kind, false) as is_member
from (
    select
        features.customer_id,
        timestamp '2026-01-21' as as_of,
        features.is_open as is_at_the_top,
        features.is_odd as has_no_rule,
        not features.is_plain as is_not_a_matter_of_kind,
        features.kind in ('gold', 'silver') as is_of_a_kind,
        features.kind like 'gold%' as is_like_gold,
        features.recency <= 30 as is_recent,
        features.place = 1 as is_in_first_place,
        features.code = 1 as is_of_first_kind,
        features.kind,
        features.recency,
        features.place as standing
    from (
        select *, 'plain' as kind, null::integer as recency, true as is_plain, 3 as place, 2 as code
        from "warehouse"."features"."ftr_customers"
    ) as features
) as rule;
"""
FLAG_SHARE = 150 / 199  # of the 199 others, 150 have spent less than c150


MERGES = """
create table marts.fct_customer_merges as
select 'c_old' as loser_customer_id, 'c150' as customer_id;
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Return a home's published folder, that tests only read."""
    home = tmp_path_factory.mktemp("explain") / "home"
    shop.make(home)
    shop.publish_home(home, "b1", ODD_VIEWS + FLAGS + MERGES)
    return home / "published"


def test_a_member_meets_every_condition_by_its_values(published):
    explanation = explain(published, "c150", "cart_abandoners")

    assert explanation.is_member
    assert explanation.as_of == shop.AS_OF
    shown = [
        {name: condition[name] for name in ("name", "value", "holds", "threshold", "distance")}
        for condition in explanation.as_dict()["conditions"]
    ]
    assert shown == [
        {
            "name": "has_more_than_3_items",
            "value": 50,
            "holds": True,
            "threshold": "> 3",
            "distance": 0,
        },
        {
            "name": "left_it_for_30_minutes",
            "value": 45,
            "holds": True,
            "threshold": "> 30",
            "distance": 0,
        },
    ]
    assert explanation.values == {"open_cart_items": 50, "open_cart_idle_minutes": 45}


def test_someone_else_sees_which_condition_fails_and_by_what_value(published):
    explanation = explain(published, "c002", "seg_cart_abandoners")

    assert explanation.segment == "cart_abandoners"
    assert not explanation.is_member
    assert [(c.name, c.value, c.holds, c.distance) for c in explanation.conditions] == [
        ("has_more_than_3_items", 2, False, 2),  # 2 against > 3: the fourth is missing too
        ("left_it_for_30_minutes", 45, True, 0),
    ]


def test_a_condition_on_another_segment_is_its_own_value(published):
    conditions = explain(published, "c150", "loyal").conditions

    assert [(c.name, c.value, c.holds) for c in conditions] == [
        ("is_high_value", 150, True),
        ("is_in_cart", True, True),
    ]


def test_a_condition_on_several_values_shows_each_and_null_does_not_hold(published):
    conditions = {c.name: c for c in explain(published, "c004", "odd").conditions}

    assert conditions["is_new_visitor"].value == {"monetary": 4, "open_cart_items": 4}
    assert conditions["matches_words_days"].value == 3
    assert conditions["matches_words_days"].holds is False
    assert conditions["never"].value is False


def test_an_amount_that_only_reaches_what_it_should_pass_says_so():
    needed = comparisons.needed(False, Rule("items > 0", ("items",), ">", 0), 0.0)
    assert needed == "is 0, must be > 0"
    assert comparisons.needed(False, Rule("items > 0", ("items",), ">", 0), -2.5) is None
    assert comparisons.needed(True, Rule("items > 0", ("items",), ">", 0), 1.0) is None


def test_everyone_explained_agrees_with_the_segment_table(published):
    members = {
        row[0] for row in query(published, "select customer_id from segments.seg_loyal").rows
    }
    for customer in ("c149", "c150", "c199", "c103"):
        explanation = explain(published, customer, "loyal")
        assert explanation.is_member is (customer in members)
        assert explanation.is_member is all(c.holds for c in explanation.conditions)


def test_an_unknown_segment_names_near_ones(published):
    with pytest.raises(LookupError, match=r"no segment 'cart_abandonners'.*cart_abandoners"):
        explain(published, "c150", "cart_abandonners")
    with pytest.raises(LookupError, match=r"no segment 'zzz'.*abandoners, flagged, loyal, odd"):
        explain(published, "c150", "zzz")


def test_an_unknown_customer_names_near_ones(published):
    with pytest.raises(LookupError, match=r"no customer 'c1500'.*c150"):
        explain(published, "c1500", "loyal")


def test_somebody_merged_is_named_by_what_they_became(published):
    with pytest.raises(LookupError, match="no customer 'c_old': merged into c150"):
        explain(published, "c_old", "loyal")


def test_names_are_data_not_sql(published):
    with pytest.raises(LookupError, match="no segment"):
        explain(published, "c150", 'loyal" where true --')
    with pytest.raises(LookupError, match="no customer"):
        explain(published, "' or true --", "loyal")


def test_a_yes_or_no_is_traced_to_what_it_is_computed_from(published):
    conditions = {c.name: c for c in explain(published, "c150", "flagged").conditions}

    top = conditions["is_at_the_top"]
    assert (top.holds, top.needed) == (False, "is no, must be yes")
    (part,) = top.parts
    assert part.text == "share of customers below >= 0.9"
    assert (part.holds, part.value) == (False, pytest.approx(FLAG_SHARE))
    assert part.distance == pytest.approx(0.9 - FLAG_SHARE)
    assert conditions["has_no_rule"].needed == "is no, must be yes"
    assert conditions["has_no_rule"].parts == ()
    # a column beside it that shares a word is shown, but is not what has to be so
    odd = conditions["is_not_a_matter_of_kind"]
    assert (odd.value, odd.needed) == ("plain", "is yes, must be no")


def test_a_failing_list_of_words_says_the_value_and_what_would_match(published):
    conditions = {c.name: c for c in explain(published, "c150", "flagged").conditions}

    assert conditions["is_of_a_kind"].needed == "is plain, must be one of gold, silver"
    assert conditions["is_like_gold"].needed == "is plain, must be like gold%"
    assert conditions["is_recent"].needed == "is not known, must be <= 30"


def test_a_value_is_found_under_another_name_and_words_are_never_compared_with_a_limit(published):
    conditions = {c.name: c for c in explain(published, "c150", "flagged").conditions}

    place = conditions["is_in_first_place"]
    assert (place.value, place.threshold, place.distance) == (3, "= 1", 2)
    kind = conditions["is_of_first_kind"]
    assert (kind.threshold, kind.distance) == (None, None)
    assert kind.needed == "must be features.code = 1"
