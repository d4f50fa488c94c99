-- The recent events: published days, and what has landed since. Grain: one event.
create table warehouse.main.recent as
with

published_events as (
    select
        {columns},
        coalesce(received_at, timestamp) as arrived_at
    from read_parquet({files}::varchar[], hive_partitioning = false, union_by_name = true)
    where timestamp > {since} and timestamp <= {until}
)

select * from published_events
union all by name
select
    {columns},
    coalesce(received_at, timestamp) as arrived_at
from read_parquet({arrivals})
where
    timestamp > {since}
    and timestamp <= {until}
    and message_id not in (select message_id from published_events)
