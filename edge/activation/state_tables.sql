-- What a target holds by its own acknowledgement. Grain: one member of one segment there.
create table acknowledged (
    segment varchar, customer_id varchar, fingerprint varchar, acknowledged_at timestamp
);

-- Grain: one sync, in the order of their numbers.
create table syncs (
    sync_id varchar, sync_number bigint, generation varchar, run_id varchar, sent_at timestamp, is_complete boolean
);

-- What is on its way: empty between syncs. Grain: one member of one segment.
create table outbox (
    sync_id varchar,
    segment varchar,
    customer_id varchar,
    operation varchar,
    fingerprint varchar,
    reason varchar,
    status varchar,
    attempt integer
);
