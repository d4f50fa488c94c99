select
    purpose,
    count(*) as customers
from permitted
group by purpose
