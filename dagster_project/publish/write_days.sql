-- The rows of the days in temp.published_days, one folder a day.
copy (
    select
        {columns},
        {expression} as {day}
    from {relation} as facts
    where
        {expression} in (select fact_date from temp.published_days)
        and facts.{time} >= (select min(fact_date) from temp.published_days)
        and facts.{time} < (select max(fact_date) + 1 from temp.published_days)
) to {folder} (format parquet, compression zstd, compression_level 1, partition_by ({day}), overwrite_or_ignore);
