-- What became of entries by the ledger. Grain: one firing.
create table firings (
    firing_id varchar,
    trigger_name varchar,
    customer_id varchar,
    entered_at timestamp,
    as_of timestamp,
    due_at timestamp,
    status varchar,
    suppressed_by varchar,
    fired_at timestamp,
    reason varchar,
    message_ids varchar[],
    timezone varchar
);

-- How far evaluation went: from which tick on, to which, with which landing files, and the ledger as read. One row.
create table progress (started_at timestamp, evaluated_to timestamp, file_number bigint, ledger_number bigint);
insert into progress values (null, null, 0, 0);
