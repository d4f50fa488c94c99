import duckdb
import pytest

from dagster_project.scratch import pruning
from edge import selects

FACTS = pruning.Facts(
    keys={("ftr", "orders"): [frozenset({"customer_id", "as_of"})], ("ftr", "visits"): []},
    aggregates=frozenset({"sum", "count", "count_star", "max"}),
)
WIDE = """
with totals as (
    select customer_id, as_of, count(*) as clicks from "warehouse"."ftr"."clicks"
    group by customer_id, as_of
)
select
    profiles.customer_id,
    profiles.as_of,
    orders.orders,
    visits.sessions,
    totals.clicks
from "warehouse"."ftr"."profiles" as profiles
left join "warehouse"."ftr"."orders" as orders
    on profiles.customer_id = orders.customer_id and profiles.as_of = orders.as_of
left join "warehouse"."ftr"."visits" as visits
    on profiles.customer_id = visits.customer_id and profiles.as_of = visits.as_of
left join totals on profiles.customer_id = totals.customer_id and profiles.as_of = totals.as_of
"""


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as connection:
        yield connection


def pruned(connection, query, *wanted):
    tree = selects.parse(connection, query)
    pruning.prune(tree, frozenset(wanted) if wanted else None, FACTS)
    names = [selects.output_name(item) for item in tree["select_list"]]
    return names, sorted({table for _, table in selects.reads(tree)})


def test_a_join_that_feeds_no_wanted_column_is_left_out_if_its_key_is_unique(connection):
    names, reads = pruned(connection, WIDE, "customer_id", "sessions")

    assert names == ["customer_id", "sessions"]
    # orders has its key by a test, totals by what it groups by; profiles is where rows come from
    assert reads == ["profiles", "visits"]


def test_a_join_without_a_known_key_stays_because_it_may_multiply_rows(connection):
    _, reads = pruned(connection, WIDE, "customer_id", "orders")

    assert reads == ["orders", "profiles", "visits"]


def test_nothing_is_left_out_where_every_column_is_wanted(connection):
    names, reads = pruned(connection, WIDE)

    assert len(names) == 5
    assert reads == ["clicks", "orders", "profiles", "visits"]


def test_a_join_that_only_filters_stays(connection):
    _, reads = pruned(connection, WIDE + " where orders.orders > 0", "customer_id")

    assert "orders" in reads


def test_columns_behind_a_star_are_followed_by_name(connection):
    query = (
        "with a as (select o.customer_id, o.as_of, o.revenue, p.x from ftr.profiles as p "
        "left join ftr.orders as o on p.customer_id = o.customer_id and p.as_of = o.as_of), "
        "b as (select * from a) select * from b"
    )

    assert pruned(connection, query, "x") == ([None], ["profiles"])
    assert pruned(connection, query, "revenue") == ([None], ["orders", "profiles"])


def test_one_row_of_totals_never_becomes_many(connection):
    names, _ = pruned(connection, "select 1 as one, count(*) as n from ftr.orders", "one")

    assert names == ["one", "n"]


def test_the_key_of_a_result_is_what_it_groups_by_through_unique_joins(connection):
    query = WIDE.replace('"ftr"."visits"', '"ftr"."orders"')
    tree = selects.parse(
        connection,
        query.replace('"warehouse"."ftr"."profiles" as profiles', "totals as profiles"),
    )
    assert list(pruning.keys_of(tree, FACTS)) == [frozenset({"customer_id", "as_of"})]
    tree = selects.parse(connection, WIDE)
    assert list(pruning.keys_of(tree, FACTS)) == []
