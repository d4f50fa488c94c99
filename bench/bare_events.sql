-- The same honest work as a full refresh up to features, as one script of bare DuckDB SQL: raw with
-- reasons and JSON kept, dedupe, typed staging, sessions, roll-ups, interactions, window features,
-- publish. No lineage, no identity graph, no checks, no incrementality: the floor that a refresh is
-- measured against. $files is the list of landing files, $published the folder to publish to.
create schema raw;
create schema staging;
create schema marts;
create schema features;

create table raw.lines as
select
    filename as file,
    line,
    json_transform(
        if(json_valid(line), line, null),
        '{"type": "VARCHAR", "event": "VARCHAR", "userId": "VARCHAR", "anonymousId": "VARCHAR", "messageId": "VARCHAR",
          "timestamp": "VARCHAR", "originalTimestamp": "VARCHAR", "sentAt": "VARCHAR", "receivedAt": "VARCHAR",
          "context": "JSON", "properties": "JSON", "traits": "JSON"}'
    ) as record
from read_csv(
    $files,
    columns = {'line': 'varchar'}, delim = '\x01', quote = '', escape = '', header = false,
    auto_detect = false, filename = true, ignore_errors = true
)
where line is not null;

create table raw.extracted as
with typed as (
    select
        file,
        line,
        record is not null as is_readable,
        record.type as type,
        record.event as event,
        record.userId as user_id,
        record.anonymousId as anonymous_id,
        record.messageId as message_id,
        try_cast(record.timestamp as timestamptz)::timestamp as given_at,
        try_cast(record.originalTimestamp as timestamptz)::timestamp as original_timestamp,
        try_cast(record.sentAt as timestamptz)::timestamp as sent_at,
        try_cast(record.receivedAt as timestamptz)::timestamp as received_at,
        record.context as context,
        record.properties as properties,
        record.traits as traits
    from raw.lines
)
select
    * replace (coalesce(message_id, md5(line)) as message_id),
    case
        when not is_readable then 'not JSON'
        when not coalesce(type, '') in ('track', 'identify', 'page', 'screen', 'group', 'alias') then 'unknown type'
        when coalesce(user_id, anonymous_id, '') = '' then 'no user or anonymous id'
        when type = 'track' and coalesce(event, '') = '' then 'no event'
        when length(message_id) > 100 then 'message id too long'
        when not coalesce(starts_with(properties, '{'), true) then 'properties not an object'
        when coalesce(given_at, original_timestamp, received_at) is null then 'no time'
        when given_at > received_at + interval 24 hours then 'time in the future'
    end as reason
from typed;
drop table raw.lines;

create table raw.rejected_events as select file, line, reason from raw.extracted where reason is not null;

create table raw.events as
select
    * exclude (line, reason, given_at, is_readable),
    coalesce(given_at, received_at - (sent_at - original_timestamp), original_timestamp, received_at) as timestamp
from raw.extracted
where reason is null
qualify row_number() over (partition by message_id order by file) = 1;
drop table raw.extracted;

create table staging.events as
with parsed as (
    select
        *,
        json_transform(
            context,
            '{"userAgent": "VARCHAR", "page": {"path": "VARCHAR", "referrer": "VARCHAR"}, "device": {"type": "VARCHAR"},
              "location": {"country": "VARCHAR", "city": "VARCHAR"}, "locale": "VARCHAR", "campaign": {"source": "VARCHAR"}}'
        ) as given,
        json_transform(
            properties,
            '{"path": "VARCHAR", "product_id": "VARCHAR", "category": "VARCHAR", "brand": "VARCHAR", "price": "DOUBLE",
              "quantity": "DOUBLE", "order_id": "VARCHAR", "revenue": "DOUBLE", "query": "VARCHAR", "promotion_id": "VARCHAR",
              "dwell_seconds": "DOUBLE", "scroll_depth_share": "DOUBLE", "products": "JSON"}'
        ) as facts
    from raw.events
)
select
    message_id,
    type,
    coalesce(event, type) as event,
    user_id,
    anonymous_id,
    coalesce(anonymous_id, user_id) as visitor_id,
    timestamp,
    received_at,
    regexp_matches(coalesce(given.userAgent, ''), '(?i)bot|crawler|spider') as is_bot,
    coalesce(facts.path, given.page.path) as page_path,
    given.page.referrer as referrer,
    given.device.type as device_type,
    given.location.country as country,
    given.location.city as city,
    given.locale as locale,
    given.campaign.source as campaign_source,
    facts.product_id,
    facts.category,
    facts.brand,
    facts.price,
    facts.quantity,
    facts.order_id,
    facts.revenue,
    facts.query as search_query,
    facts.promotion_id,
    facts.dwell_seconds,
    facts.scroll_depth_share,
    case when event = 'Order Completed' then facts.products end as products
from parsed;

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

