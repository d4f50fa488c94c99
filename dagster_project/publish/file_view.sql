create view {view} as select * from read_parquet({file}, hive_partitioning = false);
