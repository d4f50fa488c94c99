select 1 as found
from (
    select score, round(value, 6) as value, count(*) as customers
    from {batch}
    where score in ('purchase_7d', 'churn')
    group by all
) as equals
qualify customers > 0.95 * sum(customers) over (partition by score) and customers >= 100
