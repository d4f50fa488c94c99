delete from raw.tracking_plan
