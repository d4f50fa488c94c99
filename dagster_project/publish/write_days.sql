-- The rows of some days, one folder a day (or longer span). All are literals, so that a scan knows its bounds.
copy (
    select
        {columns},
        {expression} as {day}
    from {relation} as facts
    where
        {expression} in ({days})
        and facts.{time} >= {first}
        and facts.{time} < {last} + interval 1 {span}
) to {folder} (format parquet, compression zstd, compression_level 1, partition_by ({day}), overwrite_or_ignore);
