-- What exports write where they know nothing.
create or replace temp macro known(content) as
    case
        when lower(trim(content)) in ('', 'nan', 'nat', 'none', 'null', '<na>') then null
        else trim(content)
    end;

-- A whole number that passed through a floating point column.
create or replace temp macro without_point(content) as
    case
        when regexp_full_match(content, '-?\d+\.0+') then regexp_extract(content, '^-?\d+')
        else content
    end;

create or replace temp macro whole_number(content) as
    case
        when regexp_full_match(content, '[+-]?\d+') then try_cast(content as bigint)
    end;

create or replace temp macro decimal_number(content) as
    case
        when regexp_full_match(content, '[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?')
            then try_cast(content as double)
    end;

-- Dates as spreadsheets write them, 12/1/2010 8:26: two numbers, a year, perhaps a time.
create or replace temp macro written_date(content) as
    regexp_extract(
        content,
        '^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[ T](\d{1,2}):(\d\d)(?::(\d\d))?)?$',
        ['first', 'second', 'year', 'hour', 'minute', 'part']
    );

create or replace temp macro written_moment(parts, is_day_first) as
    list_filter(
        [
            try_cast(
                if(length(parts.year) = 2, '20' || parts.year, parts.year)
                || '-' || lpad(if(is_day_first, parts.second, parts.first), 2, '0')
                || '-' || lpad(if(is_day_first, parts.first, parts.second), 2, '0')
                || ' ' || lpad(if(parts.hour = '', '0', parts.hour), 2, '0')
                || ':' || if(parts.minute = '', '00', parts.minute)
                || ':' || if(parts.part = '', '00', parts.part) as timestamp
            )
        ],
        lambda moment: in_calendar(moment)
    )[1];
