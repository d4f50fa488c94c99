create or replace view warehouse.segments.{table} as
select {values} from warehouse.conditions.{table} where is_member
