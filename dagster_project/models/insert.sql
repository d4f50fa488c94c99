insert into ml.$table by name
select * from scored
