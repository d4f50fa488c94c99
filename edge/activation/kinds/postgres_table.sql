-- Grain: one member of one segment.
create table if not exists {table} (
    segment text not null,
    customer_id text not null{columns},
    primary key (segment, customer_id)
)
