copy (select distinct visitor_id, customer_id from named) to {path} (format parquet)
