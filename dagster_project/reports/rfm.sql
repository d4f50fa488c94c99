-- Grain: a pair of recency and frequency score.
select
    r_score,
    f_score,
    count(*) as customers,
    avg(monetary) as spend
from features.ftr_customers
where rfm_score is not null and as_of = (select max(as_of) from segments.dim_segments where status != 'retired')
group by r_score, f_score
order by r_score, f_score
