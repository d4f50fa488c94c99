"""A small warehouse with every table that a suite reads, all of it good."""

import duckdb
import pytest

from dagster_project.models import scoring
from tests.conftest import PROJECT

SCHEMA = PROJECT / "dagster_project" / "ingest" / "schema.sql"
STAGING = """
create schema staging;
create table staging.stg_segment__events as
select
    message_id, source, file_number, line, type, coalesce(event, type) as event, user_id,
    anonymous_id, timestamp, received_at, false as is_bot, 'hat' as product_id,
    10.0::decimal(18, 4) as price, 1.0::double as quantity, 'o' || line as order_id,
    10.0::decimal(18, 4) as revenue, 'EUR' as currency,
    30.0::decimal(18, 3) as dwell_seconds, 0.5::decimal(9, 6) as scroll_depth_share,
    'ann@example.com' as email, '+4915112345' as phone, loaded_at
from raw.events;
create view staging.stg_customers__records as
select
    'm1' as message_id, 'crm' as source, 'u1' as user_id, timestamp '2026-03-01' as updated_at,
    'ann@example.com' as email, '+4915112345' as phone, date '1980-01-01' as birthday, 46 as age,
    timestamp '2026-03-02' as loaded_at;
create schema features;
create schema if not exists intermediate;
create or replace table intermediate.int_customers_learnable as
select 'c' || i as customer_id from range(40) as t(i);
create table features.ftr_customers as
select 'c' || i as customer_id, timestamp '2026-03-01' as as_of from range(40) as t(i);
"""
EVENTS = """
insert into raw.events by name
select
    'shop' as source, 'a.jsonl' as file, 1 as file_number, i as line, 'm' || i as message_id,
    'track' as type, case when i % 2 = 0 then 'Product Viewed' else 'Product Added' end as event,
    'u' || i % 40 as user_id, 'a' || i % 50 as anonymous_id,
    timestamp '2026-01-01' + to_minutes(i * 72) as timestamp,
    timestamp '2026-01-01' + to_minutes(i * 72) as received_at,
    timestamp '2026-03-02' as loaded_at
from range(1200) as t(i);
insert into raw.loaded_files values
    ('shop', 'a.jsonl', 1, 'ab', 1000, 1210, 1200, 8, 2, 'loaded', null, '2026-03-02'),
    ('uci', 'b.csv', 2, 'cd', 1000, 1, 1, 0, 0, 'loaded', null, '2026-03-02');
insert into raw.rejected_events
select 'shop', 'a.jsonl', 1, 1200 + i, 'malformed JSON', '{', timestamp '2026-03-02'
from range(2) as t(i);
insert into raw.online_retail by name
select
    'uci' as source, 'b.csv' as file, 2 as file_number, 1 as line, '536365' as invoice,
    '85123A' as stock_code, 6 as quantity, timestamp '2010-12-01 08:26' as invoice_at,
    2.55 as unit_price, '17850' as customer,
    timestamp '2026-03-02' as loaded_at;
"""
MODELS = """
insert into ml.customer_clusters
select 'c' || i, timestamp '2026-03-01', i % 4, 'label ' || i % 4, 1.0, 'clusters/1'
from range(40) as t(i);
insert into ml.recommendations
select 'c' || i, r, 'p' || r, 10.0 - r, 'hybrid', 'recommender/1'
from range(40) as t(i), range(1, 4) as s(r);
insert into ml.segment_recommendations
select 'label ' || i, r, 'p' || r, 1.0 / r, 10, 'recommender/1'
from range(4) as t(i), range(1, 4) as s(r);
insert into ml.similar_products
select 'p' || i, r, 'p' || (i + r), 1.0 / r from range(4) as t(i), range(1, 3) as s(r);
insert into ml.product_associations values
    ('p1', 1, 'p2', 3, 0.3, 0.75, 1.5), ('p2', 1, 'p1', 3, 0.3, 0.6, 1.5);
insert into ml.customer_scores
select 'c' || i, 'purchase_7d', i / 40.0, 'purchase_7d/1', '[]' from range(40) as t(i);
"""


@pytest.fixture(scope="session")
def good_warehouse(tmp_path_factory):
    """Return the path of a warehouse in which every check passes."""
    path = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(SCHEMA.read_text())
        scoring.create_tables(connection)
        for text in (EVENTS, STAGING, MODELS):
            connection.execute(text)
    return path
