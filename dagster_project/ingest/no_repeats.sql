-- Ledger lines are acts: two alike are two acts.
create or replace temp table repeated (arrival bigint)
