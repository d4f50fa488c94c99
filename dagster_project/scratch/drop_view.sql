drop view if exists warehouse.{schema}.{table}
