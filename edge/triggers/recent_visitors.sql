-- Who the visitors of recent events are. Grain: one visitor.
create table warehouse.marts.dim_visitors as
select
    visitor_id,
    customer_id
from published.marts.dim_visitors
where visitor_id in (select visitor_id from warehouse.main.recent)
union all
select
    visitor_id,
    customer_id
from read_parquet({visitors})
where
    visitor_id in (select visitor_id from warehouse.main.recent)
    and visitor_id not in (select visitor_id from published.marts.dim_visitors)
