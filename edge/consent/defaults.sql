create or replace temp table consent_defaults as
select
    unnest($names::varchar[]) as purpose,
    unnest($granted::boolean[]) as is_granted,
    unnest($explicit::boolean[]) as needs_explicit,
    to_days(unnest($retention::integer[])) as retention
