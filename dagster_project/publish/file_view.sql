create view {view} as select * from read_parquet({file});
