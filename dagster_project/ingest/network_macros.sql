-- An address becomes its network: 203.0.113.7 is 203.0.113.0, 2001:db8:1:2::3 is 2001:db8:1::.
-- The groups of an IPv6 address; "::" stands for as many zeros as are left out.
create or replace temp macro ip_groups(halves) as
    list_transform(
        [
            {
                'head': list_filter(string_split(halves[1], ':'), lambda part: part != ''),
                'tail': list_filter(string_split(coalesce(halves[2], ''), ':'), lambda part: part != '')
            }
        ],
        lambda parts: parts.head
        || list_transform(
            range(8 - len(parts.head) - len(parts.tail) - contains(coalesce(halves[-1], ''), '.')::integer),
            lambda place: '0'
        )
        || parts.tail
    )[1];

create or replace temp macro network_of(address) as
    case
        when regexp_full_match(address, '\d{1,3}(\.\d{1,3}){3}')
            then regexp_replace(address, '\.\d+$', '.0')
        when
            regexp_full_match(address, '([0-9a-fA-F]{0,4}:){2,8}([0-9a-fA-F]{0,4}|\d{1,3}(\.\d{1,3}){3})(%\w+)?')
            then array_to_string(
                ip_groups(string_split(regexp_replace(address, '%.*', ''), '::'))[1:3], ':'
            ) || '::'
    end;

-- Every value of a key "ip", however deep; what is no address becomes null, for nobody can tell what
-- of it names a person. All else stays as it was, to the byte. Most texts have none, or one of the usual
-- form: a case keeps what is dear from them.
create or replace temp macro with_networks(content) as
    case
        when not contains(content, '"ip"') then content
        when
            regexp_matches(content, '"ip":"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}"')
            and not regexp_matches(content, '(?s)"ip".*"ip"')
            then regexp_replace(content, '("ip":"\d{1,3}\.\d{1,3}\.\d{1,3}\.)\d{1,3}"', '\10"')
        else list_reduce(
            list_distinct(
                regexp_extract_all(
                    content, '"ip"\s*:\s*(?:"(?:[^"\\]|\\.)*"|\[[^\[\]{}]*\]|\{[^\[\]{}]*\})'
                )
            ),
            lambda held, found: replace(
                held, found,
                '"ip":' || coalesce('"' || network_of(trim(regexp_extract(found, ':\s*"(.*)"$', 1))) || '"', 'null')
            ),
            regexp_replace(content, '("ip"\s*:\s*)[-+.0-9a-zA-Z]+', '\1null', 'g')
        )
    end;

-- The same of a JSON value: only what changes is parsed anew.
create or replace temp macro json_with_networks(value) as
    case when contains(value, '"ip"') then with_networks(value)::json else value end;
