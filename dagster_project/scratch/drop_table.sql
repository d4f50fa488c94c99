drop table if exists warehouse.{schema}.{table}
