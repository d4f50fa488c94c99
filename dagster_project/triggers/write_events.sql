-- Events as marts.fct_events has them; sessions are cut by the next refresh. Grain: one event.
copy (
    select
        {columns}
    from (
        select
            staged.*,
            named.visitor_id,
            null::varchar as session_id
        from staged
        inner join named
            on
                staged.namespace = named.namespace
                and coalesce(staged.anonymous_id, staged.user_id) = named.identifier
                and named.identifier_type = if(staged.anonymous_id is null, 'user_id', 'anonymous_id')
    ) as events
) to {path} (format parquet)
