-- The scores of customers, but for those who share a cell with too few.
select
    r_score,
    f_score
from features.ftr_customers
where rfm_score is not null
qualify count(*) over (partition by r_score, f_score) >= $minimum
