insert into warehouse.main.members
select
    unnest($triggers::varchar[]) as trigger_name,
    unnest($customers::varchar[]) as customer_id
