create view marts.fct_events as
select {columns}, event_date
from read_parquet({files}, hive_partitioning = true, hive_types = {'event_date': date});
