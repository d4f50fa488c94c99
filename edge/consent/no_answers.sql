create or replace temp view consent_answers as
select
    null::varchar as customer_id,
    null::varchar as purpose,
    null::boolean as is_granted,
    null::boolean as is_explicit,
    null::timestamp as answered_at
where false
