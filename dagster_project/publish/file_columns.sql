select
    column_name,
    column_type
from (describe from read_parquet({file}, hive_partitioning = false))
