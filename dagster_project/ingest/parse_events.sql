-- One row per line of the batch, in order of arrival, so that rowid counts the lines: no join may
-- stand here, nor an "in" of many values, which is one. A line that breaks several rules is refused
-- for the first; a reason never quotes what the line says. Of a suppressed one nothing else is left.
create or replace temp table parsed as

with

judged as (

    select
        *,
        case
            when content is null then null
            when content = '{"tessera":"suppressed"}' then 'suppressed'
            when not starts_with(content, '{') then 'not a JSON object'
            when not is_readable or has_no_finite_number(content) then 'malformed JSON'
            when is_nested_deeper(content, 100) then 'nested more than 100 levels deep'
            when type_value is null then 'type: missing'
            when not is_text(type_value) then 'type: not a string'
            when
                not list_contains(
                    ['track', 'page', 'screen', 'identify', 'group', 'alias'], type
                )
                then 'type: unknown'
            when not is_text(message_id_value) then 'messageId: not a string'
            when length(message_id) > 100 then 'messageId: longer than 100 characters'
            when identifier_fault('userId', user_id_value, user_id) is not null
                then identifier_fault('userId', user_id_value, user_id)
            when identifier_fault('anonymousId', anonymous_id_value, anonymous_id) is not null
                then identifier_fault('anonymousId', anonymous_id_value, anonymous_id)
            when identifier_fault('previousId', previous_id_value, previous_id) is not null
                then identifier_fault('previousId', previous_id_value, previous_id)
            when identifier_fault('groupId', group_id_value, group_id) is not null
                then identifier_fault('groupId', group_id_value, group_id)
            when user_id_value is null and anonymous_id_value is null
                then 'userId and anonymousId: missing'
            when type = 'alias' and user_id_value is null then 'userId: missing'
            when type = 'alias' and previous_id_value is null then 'previousId: missing'
            when type = 'group' and group_id_value is null then 'groupId: missing'
            when not is_text(event_value) then 'event: not a string'
            when type = 'track' and coalesce(event, '') = '' then 'event: missing'
            when not is_text(name_value) then 'name: not a string'
            when not is_object(properties) then 'properties: not an object'
            when not is_object(traits) then 'traits: not an object'
            when not is_object(context) then 'context: not an object'
            when not is_object(integrations) then 'integrations: not an object'
            when timestamp_value is not null and given_timestamp is null
                then 'timestamp: not an ISO 8601 time'
            when original_timestamp_value is not null and original_timestamp is null
                then 'originalTimestamp: not an ISO 8601 time'
            when sent_at_value is not null and sent_at is null
                then 'sentAt: not an ISO 8601 time'
            when received_at_value is not null and received_at is null
                then 'receivedAt: not an ISO 8601 time'
            when "timestamp" is null then 'no time'
            when not in_calendar("timestamp") then 'timestamp: out of range'
            when "timestamp" > received_at + interval 24 hours
                then 'timestamp: more than 24 hours after receivedAt'
            when received_at is null and "timestamp" > modified_at + interval 24 hours
                then 'timestamp: more than 24 hours after the file landed'
        end as reason

    from typed_events($paths)

)

select
    file_number,
    reason,
    case when reason != 'suppressed' then content end as payload,
    coalesce(
        nullif(message_id, ''), 'gen-' || sha256(trim(content, chr(9) || ' '))
    ) as message_id,
    type,
    event,
    name,
    user_id,
    anonymous_id,
    previous_id,
    group_id,
    "timestamp",
    original_timestamp,
    sent_at,
    received_at,
    context,
    properties,
    traits,
    integrations
from judged
