select r_score, f_score, count(*) as customers, avg(monetary) as monetary
from features.ftr_customers
where rfm_score is not null
group by all
order by all
