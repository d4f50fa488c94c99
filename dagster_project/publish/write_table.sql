copy ({query}) to {path} (format parquet);
