-- One line of JSON per row, ending in a line break, in no order; faults are put in here.
with

whole as (
    select
        rank,
        fault,
        concat(
            '{"receivedAt":"', received, '"',
            case fault
                when 'unknown_type' then ',"type":"teleport"'
                when 'no_type' then null
                else pair('type', type)
            end,
            pair('messageId', case when fault = 'long_message_id' then repeat(message_id, 3) else message_id end),
            case fault
                when 'no_ids' then null
                when 'empty_ids' then ',"anonymousId":"","userId":""'
                else concat(pair('anonymousId', anonymous_id), pair('userId', user_id))
            end,
            case when type = 'alias' then pair('previousId', anonymous_id) end,
            case when fault != 'no_event' then pair('event', event) end,
            plain('properties', properties),
            plain('traits', traits),
            plain('context', full_context),
            case when type = 'identify' then ',"integrations":{"All":true}' end,
            pair('originalTimestamp', original),
            pair('sentAt', sent),
            pair('timestamp', case when fault = 'bad_time' then 'the day before' else stamp end),
            -- stands for bytes that are no UTF-8, which text here cannot hold
            case when fault = 'invalid_utf8' then ',"note":"' || chr(57344) || '"' end,
            '}'
        ) as line
    from worded
)

select
    rank,
    case fault
        when 'broken_json' then left(line, length(line) * 3 // 5)
        when 'not_an_object' then '["' || left(line, 12)[3:] || '"]'
        else line
    end || chr(10) as line
from whole
