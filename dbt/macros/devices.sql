{#- Whether a user agent says that it is a robot. -#}
{% macro is_robot(user_agent) -%}
    regexp_matches({{ user_agent }}, '(?i)bot|crawl|spider|scrapy|slurp|headless|lighthouse|phantom|curl/|wget/|python-|[+]https?://')
{%- endmacro %}

{#- mobile, tablet, desktop or other: as the source says, else as the user agent shows; null if neither is there. -#}
{% macro device_type(device, user_agent) -%}
    case
        when {{ device }} is not null
            then case
                when lower({{ device }}) in ('mobile', 'tablet', 'desktop') then lower({{ device }})
                when lower({{ device }}) in ('ios', 'android', 'phone', 'smartphone') then 'mobile'
                else 'other'
            end
        when {{ user_agent }} is null then null
        when regexp_matches({{ user_agent }}, 'iPad|Tablet|PlayBook|Silk') then 'tablet'
        when {{ user_agent }} like '%Android%' and {{ user_agent }} not like '%Mobile%' then 'tablet'
        when regexp_matches({{ user_agent }}, 'Mobi|iPhone|iPod|Android') then 'mobile'
        when regexp_matches({{ user_agent }}, 'Windows|Macintosh|X11|CrOS') then 'desktop'
        else 'other'
    end
{%- endmacro %}
