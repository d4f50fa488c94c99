create or replace temp table subject_ids as select * from given_subject
