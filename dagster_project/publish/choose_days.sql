create or replace temp table published_days as
select unnest($days::date[]) as fact_date
