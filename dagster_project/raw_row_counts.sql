select 'raw.events' as relation, count(*) as row_count from raw.events
union all
select 'raw.rejected_events', count(*) from raw.rejected_events
union all
select 'raw.loaded_files', count(*) from raw.loaded_files
union all
select 'raw.online_retail', count(*) from raw.online_retail
union all
select 'raw.customers', count(*) from raw.customers
union all
select 'raw.weather', count(*) from raw.weather
union all
select 'raw.sources', count(*) from raw.sources
union all
select 'raw.tracking_plan', count(*) from raw.tracking_plan
union all
select 'ops.ledger', count(*) from ops.ledger
union all
select 'ops.moments', count(*) from ops.moments
