-- What the parsing statements share. A JSON value here is its text, as json_transform gives it.
create or replace temp macro is_text(value) as starts_with(value, '"');

create or replace temp macro is_object(value) as starts_with(value, '{');

create or replace temp macro text_of(value) as
    case when contains(value, '\') then value ->> '$' else value[2:-2] end;

-- A text that is no JSON string, or an empty one, is no identifier.
create or replace temp macro identifier_fault(field, value, content) as
    case
        when value is null then null
        when not is_text(value) then field || ': not a string'
        when content = '' then field || ': empty'
    end;

create or replace temp macro in_calendar(moment) as
    moment between timestamp '0001-01-01' and timestamp '9999-12-31 23:59:59.999999';

-- DuckDB reads an offset and forgets it, so it is subtracted here. Without one the time is UTC.
create or replace temp macro moment_of(parts) as
    try_cast(
        parts.day || ' ' || if(parts.clock = '', '00:00', parts.clock)
        || if(parts.seconds = '', ':00', parts.seconds) as timestamp
    ) - to_minutes(
        case parts.sign when '-' then -1 else 1 end * (
            60 * coalesce(try_cast(parts.hours as integer), 0)
            + coalesce(try_cast(parts.minutes as integer), 0)
        )
    );

-- A macro repeats its argument wherever it is named; a list of one names each step once.
create or replace temp macro iso_moment(content) as
    list_filter(
        list_transform(
            [
                regexp_extract(
                    content,
                    '^(\d{4}-\d\d-\d\d)(?:[T ]((?:[01]\d|2[0-3]):\d\d)(:\d\d(?:\.\d+)?)?'
                    || '(?:Z|([+-])(0\d|1[0-5])(?::?([0-5]\d))?)?)?$',
                    ['day', 'clock', 'seconds', 'sign', 'hours', 'minutes']
                )
            ],
            lambda parts: moment_of(parts)
        ),
        lambda moment: in_calendar(moment)
    )[1];

-- The usual form first: it needs neither unescaping nor an offset, and is cast once.
create or replace temp macro json_moment(value) as
    case
        when
            regexp_full_match(
                value,
                '"([1-9]\d{3}|0[1-9]\d\d|00[1-9]\d|000[1-9])-\d\d-\d\d'
                || 'T([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?Z"'
            )
            then try_cast(value[2:-2] as timestamp)
        when is_text(value) then iso_moment(value ->> '$')
    end;

create or replace temp macro without_strings(content) as
    regexp_replace(content, '"([^"\\]|\\.)*"', '', 'g');

-- DuckDB's reader takes these, though they are no JSON; outside strings nothing has their letters.
-- A case, unlike an "and", keeps the dear test from lines that the cheap one clears.
create or replace temp macro has_no_finite_number(content) as
    case
        when
            contains(content, 'nan') or contains(content, 'NaN') or contains(content, 'NAN')
            or contains(content, 'inf') or contains(content, 'Inf') or contains(content, 'INF')
            then regexp_matches(without_strings(content), '(?i)nan|inf')
        else false
    end;

-- Take the innermost brackets away as many times as levels are allowed: what is left is too deep.
create or replace temp macro is_nested_deeper(content, levels) as
    case
        when len(string_split(content, '{')) + len(string_split(content, '[')) - 2 > levels
            then list_reduce(
                range(levels)::varchar[],
                lambda brackets, level: regexp_replace(brackets, '\[\]|\{\}', '', 'g'),
                regexp_replace(without_strings(content), '[^\[\]{}]', '', 'g')
            ) <> ''
        else false
    end;
