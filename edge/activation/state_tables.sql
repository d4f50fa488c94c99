-- What a target holds by its own acknowledgement. Grain: one member of one segment there.
-- ``fields`` are what it was told, for a later removal; the ledger does not have them.
create or replace table acknowledged (
    segment varchar, customer_id varchar, fingerprint varchar, fields json, acknowledged_at timestamp
);

-- What a target perhaps holds: sent, and the end of it unknown. Grain: one content of one member of one segment.
-- No fingerprint: a removal. Until ``settled_at`` it may still be carried out, whatever is answered meanwhile;
-- ``is_answered`` says that something later was.
create or replace table unsettled (
    segment varchar, customer_id varchar, fingerprint varchar, fields json, settled_at timestamp, is_answered boolean
);

-- What was decided and is not acknowledged. Grain: one member of one segment.
create or replace table unacknowledged (
    segment varchar,
    customer_id varchar,
    operation varchar,
    fingerprint varchar,
    since_number bigint,
    status varchar,
    attempts bigint,
    reason varchar
);

-- Why nothing may be sent: until somebody acts, or until a moment that the target named. Grain: one halt.
create or replace table halts (reason varchar, halted_at timestamp, ends_at timestamp);

-- Grain: one sync, in the order of their numbers.
create or replace table syncs (
    sync_id varchar, sync_number bigint, generation varchar, run_id varchar, sent_at timestamp, is_complete boolean
);

-- What is on its way: empty between syncs. Grain: one content of one member of one segment; ``is_former`` marks
-- what is taken back beside a member's own row.
-- In one wave of one operation no customer stands twice. Status: pending, in_flight, delivered, failed, rejected.
create or replace table outbox (
    sync_id varchar,
    position bigint,
    wave bigint,
    segment varchar,
    customer_id varchar,
    operation varchar,
    fingerprint varchar,
    key varchar,
    since_number bigint,
    fields json,
    is_former boolean,
    reason varchar,
    status varchar,
    attempt bigint,
    answer varchar,
    is_certain boolean,
    ended_at timestamp
);
