{#-
The common tables behind a roll-up as it stood at each moment: `whole` has the rows that were complete by then, and
`interrupted` the events of sessions that a moment cuts in two, which are summed anew.
-#}
{% macro evaluated(summed) %}
moments as (

    select as_of from {{ ref('int_moments_evaluated') }}

),

interrupted as (

    select * from {{ ref('int_events_interrupted') }}

),

whole as (

    select
        moments.as_of,
        summed.*

    from {{ ref(summed) }} as summed

    inner join moments on summed.first_at <= moments.as_of

    where
        not exists (
            select 1 from interrupted
            where interrupted.session_id = summed.session_id and interrupted.as_of = moments.as_of
        )

)
{%- endmacro %}
