-- The events of the days in temp.published_days, one folder a day.
copy (
    select
        {columns},
        cast(events.timestamp as date) as event_date
    from {relation} as events
    where
        cast(events.timestamp as date) in (select event_date from temp.published_days)
        and events.timestamp >= (select min(event_date) from temp.published_days)
        and events.timestamp < (select max(event_date) + 1 from temp.published_days)
) to {folder} (format parquet, compression zstd, partition_by (event_date), overwrite_or_ignore);
