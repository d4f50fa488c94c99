create or replace table warehouse.intermediate.int_moments_evaluated as
select
    unnest($moments::timestamp[]) as as_of,
    $known_at::timestamp as known_at,
    false as is_of_clock
