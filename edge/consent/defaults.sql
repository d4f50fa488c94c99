create or replace temp table consent_defaults as
select
    unnest($names::varchar[]) as purpose,
    unnest($granted::boolean[]) as is_granted
