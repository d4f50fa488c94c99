{#-
The settings of a trigger, completed and checked: a segment with a moment, which fires when a customer enters it.
entered_at       the column that says when the customer came to fulfil the conditions (a timestamp: event time)
events           the column with the message ids behind that (a list of texts)
delay_minutes    how long after entered_at it fires, if the customer is still a member
cap              at most so many firings (times) of this trigger for one customer in so many days
quiet_hours      from_hour to to_hour, in the customer's time zone if known, else UTC; then: delay or suppress
priority         of several ready at once for one customer only the highest fires
expires_minutes  how long after entered_at it is worth nothing any more
channel_purpose  what the message itself needs consent for, beside the segment's purpose; a name of purposes.yml
holdout_share    share of customers, 0 to 1, for whom it never fires, to measure against
-#}
{% macro trigger_settings(trigger, purpose, file) %}
    {%- set defaults = {
        'entered_at': none, 'events': none, 'delay_minutes': 0, 'cap': {'times': 1, 'days': 7}, 'quiet_hours': none,
        'priority': 0, 'expires_minutes': 1440, 'channel_purpose': purpose, 'holdout_share': var('trigger_holdout_share') | float,
    } -%}
    {%- if trigger is not mapping -%}
        {{ trigger_error(file, "a mapping of settings, got " ~ trigger) }}
    {%- endif -%}
    {{ known_settings(file, 'trigger', trigger, defaults) }}
    {%- set found = dict(defaults, **trigger) -%}
    {%- for name in ['entered_at', 'events', 'channel_purpose'] if not found[name] or found[name] is not string -%}
        {{ trigger_error(file, name ~ " must be a name, got " ~ found[name]) }}
    {%- endfor -%}
    {{ whole_setting(file, 'delay_minutes', found.delay_minutes, 0, 10080) }}
    {{ whole_setting(file, 'priority', found.priority, 0, 1000) }}
    {{ whole_setting(file, 'expires_minutes', found.expires_minutes, 5, 10080) }}
    {%- if found.cap is not mapping or found.cap | list | sort != ['days', 'times'] -%}
        {{ trigger_error(file, "cap must be {'times': ..., 'days': ...}, got " ~ found.cap) }}
    {%- endif -%}
    {{ whole_setting(file, 'cap.times', found.cap.times, 1, 1000) }}
    {{ whole_setting(file, 'cap.days', found.cap.days, 1, 90) }}
    {%- if found.quiet_hours is not none -%}
        {{ quiet_hours_setting(file, found.quiet_hours) }}
    {%- endif -%}
    {%- if found.holdout_share is not number or not 0 <= found.holdout_share <= 1 -%}
        {{ trigger_error(file, "holdout_share must be a share from 0 to 1, got " ~ found.holdout_share) }}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}

{% macro quiet_hours_setting(file, quiet) %}
    {%- if quiet is not mapping or quiet | list | sort != ['from_hour', 'then', 'to_hour'] -%}
        {{ trigger_error(file, "quiet_hours must be {'from_hour': ..., 'to_hour': ..., 'then': ...}, got " ~ quiet) }}
    {%- endif -%}
    {{ whole_setting(file, 'quiet_hours.from_hour', quiet.from_hour, 0, 23) }}
    {{ whole_setting(file, 'quiet_hours.to_hour', quiet.to_hour, 0, 23) }}
    {%- if quiet.from_hour == quiet.to_hour -%}
        {{ trigger_error(file, "quiet_hours must end at another hour than they begin") }}
    {%- elif quiet.then not in ['delay', 'suppress'] -%}
        {{ trigger_error(file, "quiet_hours.then must be delay or suppress, got " ~ quiet.then) }}
    {%- endif -%}
{% endmacro %}

{% macro known_settings(file, what, given, known) %}
    {%- for name in given if name not in known -%}
        {{ trigger_error(file, "no setting " ~ name ~ "; there are " ~ known | join(', ')) }}
    {%- endfor -%}
{% endmacro %}

{% macro whole_setting(file, name, value, least, most) %}
    {%- if value is not integer or value is boolean or value < least or value > most -%}
        {{ trigger_error(file, name ~ " must be a whole number from " ~ least ~ " to " ~ most ~ ", got " ~ value) }}
    {%- endif -%}
{% endmacro %}

{% macro trigger_error(file, message) %}
    {{ exceptions.raise_compiler_error(file ~ ": trigger: " ~ message) }}
{% endmacro %}

{#- The columns that a trigger names must be there, with the types they need. -#}
{% macro check_trigger_columns(columns) %}
    {%- set trigger = config.get('meta', {}).get('segment', {}).get('trigger') -%}
    {%- if trigger -%}
        {%- set types = {} -%}
        {%- for column in columns -%}{%- do types.update({column[0]: column[1]}) -%}{%- endfor -%}
        {%- for setting, type in {'entered_at': 'TIMESTAMP', 'events': 'VARCHAR[]'}.items() if types.get(trigger[setting]) != type -%}
            {{ trigger_error(model.original_file_path, setting ~ " names " ~ trigger[setting] ~ ", which is "
                ~ (types.get(trigger[setting]) or 'no column') ~ " and must be " ~ type) }}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
