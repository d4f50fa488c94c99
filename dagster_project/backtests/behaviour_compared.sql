-- Each group of the outside counts as much as those who entered from it.
select
    coalesce(sum(entered), 0)::bigint as entered,
    coalesce(sum(entered) filter (where outside > 0), 0)::bigint as matched,
    coalesce(sum(outside), 0)::bigint as outside,
    sum(entered * entered_orders) filter (where outside > 0) / nullif(matched, 0) as entered_orders,
    sum(entered * outside_orders) filter (where outside > 0) / nullif(matched, 0) as outside_orders,
    sum(entered * entered_revenue) filter (where outside > 0) / nullif(matched, 0) as entered_revenue,
    sum(entered * outside_revenue) filter (where outside > 0) / nullif(matched, 0) as outside_revenue,
    sum(entered * entered_buyers) filter (where outside > 0) / nullif(matched, 0) as entered_buyer_share,
    sum(entered * outside_buyers) filter (where outside > 0) / nullif(matched, 0) as outside_buyer_share
from analysis.behaviour
