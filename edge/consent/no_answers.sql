create or replace temp view consent_answers as
select
    null::varchar as customer_id,
    null::varchar as purpose,
    null::boolean as is_granted
where false
