create or replace table ops.moments as
select $as_of::timestamp as as_of, $known_at::timestamp as known_at;
