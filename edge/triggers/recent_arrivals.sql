-- As recent_events, where no published day is recent. Grain: one event.
create table warehouse.main.recent as
select
    {columns},
    coalesce(received_at, timestamp) as arrived_at
from read_parquet({arrivals})
where timestamp > {since} and timestamp <= {until}
