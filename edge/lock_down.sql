-- For SQL that a person typed: its own Parquet files are all it can reach of the world.
set search_path = {schemas};
set allowed_directories = [{parquet}];
set enable_external_access = false;
set lock_configuration = true;
