-- What follows in the path of ingestion sees these rows alone.
create or replace temp view arrived as select * from changed_rows;

delete from refusals;
