"""A query that compares customers is told from one that does not; in doubt it compares."""

import duckdb
import pytest

from dagster_project.scratch import comparing
from edge import selects

OF_CUSTOMERS = {("ftr", "orders"), ("ftr", "visits"), ("marts", "lines")}
AGGREGATES = ("sum", "count", "count_star", "max", "avg")

# What is nobody's, such as products, is the same for few customers as for all.
APART = """
select customer_id, orders > 2 as buys from ftr.orders;
select customer_id, sum(orders) as orders from ftr.orders group by customer_id, as_of;
select o.customer_id from ftr.orders as o
left join ftr.visits as v on o.customer_id = v.customer_id and o.as_of = v.as_of;
select customer_id from ftr.orders semi join ftr.visits using (customer_id);
select customer_id, row_number() over (partition by customer_id order by orders) from ftr.orders;
select distinct customer_id, orders from ftr.orders;
select l.customer_id, p.dear from marts.lines as l
join (select product_id, avg(price) as dear from marts.products group by product_id) as p
    on l.product_id = p.product_id;
select product_id, avg(price) as price from marts.products group by product_id limit 3;
select customer_id from ftr.orders as o
where not exists (select 1 from ftr.visits as v where v.customer_id = o.customer_id);
with buyers as (select * from ftr.orders),
together as (select * from buyers union all select * from ftr.visits)
select * from together;
select customer_id, as_of from ftr.orders union select customer_id, as_of from ftr.visits
"""
AGAINST = """
select customer_id, percent_rank() over (order by orders) as place from ftr.orders;
select customer_id, sum(orders) over (partition by as_of) as orders from ftr.orders;
select customer_id, orders from ftr.orders qualify rank() over (order by orders) < 9;
select as_of, avg(orders) as orders from ftr.orders group by as_of;
select max(customer_id) as customer_id from ftr.orders;
select product_id from marts.lines;
select a.customer_id from marts.lines as a join marts.lines as b on a.product_id = b.product_id;
select a.customer_id from marts.lines as a join marts.lines as b on a.customer_id > b.customer_id;
select a.customer_id from marts.lines as a
join marts.lines as b on a.customer_id = b.customer_id or a.price = b.price;
select a.customer_id from marts.lines as a, marts.lines as b;
select customer_id from marts.lines
where product_id in (select product_id from marts.lines where price > 9);
select customer_id, orders > (select avg(orders) from ftr.orders) as buys from ftr.orders;
select customer_id from ftr.orders order by orders limit 5;
select distinct on (product_id) product_id, customer_id from marts.lines;
select customer_id from ftr.orders using sample 5 rows;
with means as (select avg(orders) as mean from ftr.orders)
select o.customer_id, o.orders > means.mean as buys from ftr.orders as o cross join means;
with lines as (select product_id from marts.lines)
select o.customer_id from ftr.orders as o join lines on o.favourite = lines.product_id;
select customer_id, orders from ftr.orders group by rollup (customer_id, orders);
with recursive chain as (
    select customer_id from ftr.orders union all select customer_id from chain
)
select * from chain;
select customer_id
from (select customer_id, rank() over (order by orders) as place from ftr.orders) as placed;
select product_id from marts.lines union select product_id from marts.lines
"""


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as connection:
        yield connection


def compares(connection, query):
    tree = selects.parse(connection, query)
    return comparing.compares(tree, OF_CUSTOMERS.__contains__, AGGREGATES)


@pytest.mark.parametrize("query", APART.split(";"))
def test_a_query_that_keeps_customers_apart_does_not_compare_them(connection, query):
    assert not compares(connection, query)


@pytest.mark.parametrize("query", AGAINST.split(";"))
def test_a_query_that_sets_one_customer_against_another_compares(connection, query):
    assert compares(connection, query)
