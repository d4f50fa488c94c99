select
    (select count(*) from analysis.stays where entered_at is not null) as entries,
    (select count(*) from analysis.permitted) as permitted,
    (select count(*) from analysis.messages) as messages,
    (select count(distinct customer_id) from analysis.messages) as customers
