create or replace temp table subject_names as select * from given_subject
