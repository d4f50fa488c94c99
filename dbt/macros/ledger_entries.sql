{#- The entries of one kind in the ledger, with their fields as `payload`; in an incremental run the new ones. -#}
{% macro ledger_entries(kind, fields) %}
    select
        file_number,
        line,
        recorded_at,
        loaded_at,
        {{ json_fields('payload', fields) }} as payload

    from {{ source('ops', 'ledger') }}

    where
        kind = '{{ kind }}'
        {% if is_incremental() %} and loaded_at > {{ watermark('loaded_at') }} {% endif %}
{% endmacro %}
