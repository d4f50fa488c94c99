-- One row per ledger line; what was recorded is its payload, or else the line.
create or replace temp table parsed as

with

documents as (

    select
        file_number,
        content,
        case
            when starts_with(content, '{') and json_valid(content)
                then json_transform(
                    content, '{"kind": "JSON", "recorded_at": "JSON", "payload": "JSON"}'
                )
        end as document

    from landed_lines($paths)

),

typed as (

    select
        file_number,
        content,
        document,
        text_of(document.kind) as kind,
        json_moment(document.recorded_at) as recorded_at

    from documents

),

judged as (

    select
        *,
        case
            when content is null then null
            when document is null or has_no_finite_number(content) then 'malformed JSON'
            when is_nested_deeper(content, 100) then 'nested more than 100 levels deep'
            when document.kind is null then 'kind: missing'
            when identifier_fault('kind', document.kind, kind) is not null
                then identifier_fault('kind', document.kind, kind)
            when recorded_at is null then 'recorded_at: not an ISO 8601 time'
        end as reason

    from typed

)

select
    file_number,
    reason,
    case when reason is not null then content end as payload,
    case when content is not null then kind end as message_id,
    kind,
    recorded_at,
    case
        when is_object(document.payload) then document.payload
        else content::json
    end as recorded
from judged
