create or replace temp view mapped_{name} as select * from {relation};
