truncate warehouse.intermediate.int_moments_evaluated;
insert into warehouse.intermediate.int_moments_evaluated values ({tick}, {tick});
truncate warehouse.main.members_before;
insert into warehouse.main.members_before select * from warehouse.main.members;
truncate warehouse.main.members;
