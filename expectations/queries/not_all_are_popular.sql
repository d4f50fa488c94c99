select 1 as found
from (
    select customer_id, bool_and(source in ('popular', 'segment_popular')) as is_popular
    from {batch}
    group by customer_id
) as customers
having count(*) >= 100 and count(*) filter (where is_popular) > 0.95 * count(*)
