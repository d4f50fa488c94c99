-- A permitted entry sends, unless the customer was sent as much as the cap allows within its days. Grain: one message.
create or replace table analysis.messages as
with recursive

sent as (

    select
        customer_id,
        min(entered_at) as sent_at,
        [min(entered_at)] as moments
    from analysis.permitted
    group by customer_id

    union all

    select
        sent.customer_id,
        min(permitted.entered_at) as sent_at,
        list_append(sent.moments, min(permitted.entered_at)) as moments
    from sent
    inner join analysis.permitted
        on
            sent.customer_id = permitted.customer_id
            and permitted.entered_at > sent.sent_at
            and len(list_filter(
                sent.moments, lambda moment: moment > permitted.entered_at - to_days($cap_days::integer)
            )) < $cap_times::integer
    group by sent.customer_id, sent.sent_at, sent.moments

)

select
    customer_id,
    sent_at
from sent
