-- The same honest work as a full refresh up to features, as one script of bare DuckDB SQL: raw with
-- reasons and JSON kept, dedupe, typed staging, sessions, roll-ups, interactions, window features,
-- publish. No lineage, no identity graph, no checks, no incrementality: the floor that a refresh is
-- measured against. $files is the list of landing files, $published the folder to publish to.
create schema raw;
create schema staging;
create schema marts;
create schema features;

create table raw.lines as
select filename as file, line, try_cast(line as json) as record
from read_csv(
    $files,
    columns = {'line': 'varchar'}, delim = '\x01', quote = '', escape = '', header = false,
    auto_detect = false, filename = true, ignore_errors = true
)
where line is not null;

create table raw.extracted as
select
    file,
    line,
    record ->> 'type' as type,
    record ->> 'event' as event,
    record ->> 'userId' as user_id,
    record ->> 'anonymousId' as anonymous_id,
    coalesce(record ->> 'messageId', md5(line)) as message_id,
    try_cast(record ->> 'timestamp' as timestamptz)::timestamp as given_at,
    try_cast(record ->> 'originalTimestamp' as timestamptz)::timestamp as original_timestamp,
    try_cast(record ->> 'sentAt' as timestamptz)::timestamp as sent_at,
    try_cast(record ->> 'receivedAt' as timestamptz)::timestamp as received_at,
    record -> 'context' as context,
    record -> 'properties' as properties,
    record -> 'traits' as traits,
    case
        when record is null then 'not JSON'
        when not coalesce(record ->> 'type', '') in ('track', 'identify', 'page', 'screen', 'group', 'alias') then 'unknown type'
        when coalesce(record ->> 'userId', record ->> 'anonymousId', '') = '' then 'no user or anonymous id'
        when record ->> 'type' = 'track' and coalesce(record ->> 'event', '') = '' then 'no event'
        when length(record ->> 'messageId') > 100 then 'message id too long'
        when json_type(record, '$.properties') not in ('OBJECT', 'NULL') then 'properties not an object'
        when coalesce(
            try_cast(record ->> 'timestamp' as timestamptz),
            try_cast(record ->> 'originalTimestamp' as timestamptz),
            try_cast(record ->> 'receivedAt' as timestamptz)
        ) is null then 'no time'
        when try_cast(record ->> 'timestamp' as timestamptz)
            > try_cast(record ->> 'receivedAt' as timestamptz) + interval 24 hours then 'time in the future'
    end as reason
from raw.lines;
drop table raw.lines;

create table raw.rejected_events as select file, line, reason from raw.extracted where reason is not null;

create table raw.events as
select
    * exclude (line, reason, given_at),
    coalesce(given_at, received_at - (sent_at - original_timestamp), original_timestamp, received_at) as timestamp
from raw.extracted
where reason is null
qualify row_number() over (partition by message_id order by file) = 1;
drop table raw.extracted;

create table staging.events as
select
    message_id,
    type,
    coalesce(event, type) as event,
    user_id,
    anonymous_id,
    coalesce(anonymous_id, user_id) as visitor_id,
    timestamp,
    received_at,
    regexp_matches(coalesce(context ->> 'userAgent', ''), '(?i)bot|crawler|spider') as is_bot,
    coalesce(properties ->> 'path', context ->> '$.page.path') as page_path,
    context ->> '$.page.referrer' as referrer,
    context ->> '$.device.type' as device_type,
    context ->> '$.location.country' as country,
    context ->> '$.location.city' as city,
    context ->> 'locale' as locale,
    context ->> '$.campaign.source' as campaign_source,
    properties ->> 'product_id' as product_id,
    properties ->> 'category' as category,
    properties ->> 'brand' as brand,
    try_cast(properties ->> 'price' as double) as price,
    try_cast(properties ->> 'quantity' as double) as quantity,
    properties ->> 'order_id' as order_id,
    try_cast(properties ->> 'revenue' as double) as revenue,
    properties ->> 'query' as search_query,
    properties ->> 'promotion_id' as promotion_id,
    try_cast(properties ->> 'dwell_seconds' as double) as dwell_seconds,
    try_cast(properties ->> 'scroll_depth_share' as double) as scroll_depth_share,
    case when event = 'Order Completed' then properties -> 'products' end as products
from raw.events;

create table staging.sessionized as
with gaps as (
    select
        *,
        timestamp - lag(timestamp) over (partition by visitor_id order by timestamp, message_id) > interval 30 minutes
            as is_new
    from staging.events
)
select
    * exclude (is_new),
    visitor_id || '-' || sum(coalesce(is_new, true)::int) over (
        partition by visitor_id order by timestamp, message_id rows unbounded preceding
    ) as session_id
from gaps;

