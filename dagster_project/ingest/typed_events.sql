-- One row per line: the fields of the Segment spec, each parsed once, as JSON and as what it says.
create or replace temp macro typed_events(paths) as table

with

documents as (

    select
        *,
        case
            when starts_with(content, '{') and json_valid(content)
                then json_transform(
                    content,
                    '{"type": "JSON", "messageId": "JSON", "event": "JSON", "name": "JSON",
                      "userId": "JSON", "anonymousId": "JSON", "previousId": "JSON",
                      "groupId": "JSON", "timestamp": "JSON", "originalTimestamp": "JSON",
                      "sentAt": "JSON", "receivedAt": "JSON", "context": "JSON",
                      "properties": "JSON", "traits": "JSON", "integrations": "JSON"}'
                )
        end as document

    from landed_lines(paths)

),

fields as (

    select
        file_number,
        modified_at,
        content,
        document is not null as is_readable,
        unnest(document)

    from documents

),

typed as (

    select
        file_number,
        modified_at,
        content,
        is_readable,
        type as type_value,
        messageid as message_id_value,
        event as event_value,
        name as name_value,
        userid as user_id_value,
        anonymousid as anonymous_id_value,
        previousid as previous_id_value,
        groupid as group_id_value,
        "timestamp" as timestamp_value,
        originaltimestamp as original_timestamp_value,
        sentat as sent_at_value,
        receivedat as received_at_value,
        text_of(type) as type,
        text_of(messageid) as message_id,
        text_of(event) as event,
        text_of(name) as name,
        text_of(userid) as user_id,
        text_of(anonymousid) as anonymous_id,
        text_of(previousid) as previous_id,
        text_of(groupid) as group_id,
        json_moment("timestamp") as given_timestamp,
        json_moment(originaltimestamp) as original_timestamp,
        json_moment(sentat) as sent_at,
        json_moment(receivedat) as received_at,
        context,
        properties,
        traits,
        integrations

    from fields

)

select
    *,
    coalesce(
        given_timestamp,
        received_at - (sent_at - original_timestamp),
        original_timestamp,
        received_at
    ) as "timestamp"
from typed;
