create or replace table ops.identity_progress as
select
    $method::varchar as method,
    $arrival::bigint as arrival,
    $links::bigint as links,
    $links_hash::varchar as links_hash,
    $loaded_at::timestamp as loaded_at
