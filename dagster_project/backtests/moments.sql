-- The first moment is only there to tell who was in before.
create or replace table analysis.moments as
select
    unnest($moments::timestamp[]) as as_of,
    generate_subscripts($moments::timestamp[], 1) - 1 as step
