drop view if exists arrived;
drop table if exists temp.parsed;
drop table if exists temp.landed_rows;
drop table if exists temp.repeated;
drop table if exists temp.batch;
drop table if exists temp.refusals;
drop table if exists temp.named_in_batch
