{#-
Comes mostly on wet days, and clearly more often than it is wet. Nobody where no table of weather is given. One row per
customer and moment.
-#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customers.customer_id,
    customers.as_of,
    weathers.visits_with_weather >= {{ segment_limit('weather_visits') }} as visits_repeatedly,
    weathers.wet_visit_share >= {{ segment_limit('wet_visit_share') }} as comes_on_wet_days,
    weathers.wet_visit_share >= {{ segment_limit('wet_visit_factor') }} * weathers.wet_day_share as is_no_chance,
    weathers.visits_with_weather,
    weathers.wet_visit_share,
    weathers.wet_day_share
from {{ ref('ftr_customers') }} as customers
left join {{ ref('ftr_weathers') }} as weathers
    on customers.customer_id = weathers.customer_id and customers.as_of = weathers.as_of
