create or replace temp table erased_lines as select * from given_lines
