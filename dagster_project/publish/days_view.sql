create view {view} as
select {columns}, {day}
from read_parquet({files}, hive_partitioning = true, hive_types = {{type}: date});
