insert into raw.tracking_plan
select
    unnest($events::varchar[]) as event,
    unnest($properties::varchar[]) as property
