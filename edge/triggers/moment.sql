-- The tick under evaluation, and what had arrived by then under the names that rules read.
create table warehouse.intermediate.int_moments_evaluated (as_of timestamp, known_at timestamp);

create view warehouse.intermediate.int_events_sessionized as
select recent.*
from warehouse.main.recent as recent
inner join warehouse.intermediate.int_moments_evaluated as moments
    on
        recent.arrived_at <= moments.as_of
        and recent.timestamp <= moments.as_of
        and recent.timestamp > moments.as_of - to_days({days});

create table warehouse.main.members (trigger_name varchar, customer_id varchar);

create table warehouse.main.members_before (trigger_name varchar, customer_id varchar);
