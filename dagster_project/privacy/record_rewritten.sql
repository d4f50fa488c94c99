-- Files that were rewritten, with their digests before and after. Grain: one file.
create or replace temp table rewritten as select * from given_files
