copy (
    select
        customer_id,
        entered_at,
        left_at
    from analysis.stays
    order by coalesce(entered_at, timestamp '0001-01-01'), customer_id
) to {path} (format parquet)
