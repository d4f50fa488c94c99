-- How far a target is from what it should hold. Grain: one row.
select
    (select count(*) from acknowledged) as held,
    (select count(*) from wanted) as wanted
