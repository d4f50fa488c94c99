-- The features at the moment evaluated.
select * from ({features}) as found
where found.as_of = (select max(newest.as_of) from features.ftr_customers as newest)
order by all
