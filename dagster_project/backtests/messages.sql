-- A permitted entry sends, unless the customer was sent something within the cap. Grain: one message.
create or replace table analysis.messages as
with recursive

sent as (

    select
        customer_id,
        min(entered_at) as sent_at
    from analysis.permitted
    group by customer_id

    union all

    select
        sent.customer_id,
        min(permitted.entered_at) as sent_at
    from sent
    inner join analysis.permitted
        on
            sent.customer_id = permitted.customer_id
            and permitted.entered_at >= sent.sent_at + to_days($cap_days::integer)
            and permitted.entered_at > sent.sent_at
    group by sent.customer_id, sent.sent_at

)

select * from sent
