-- Grain: one customer and moment. `person_id` is what the customer is called today.
create or replace table analysis.evaluated (
    customer_id varchar, person_id varchar, as_of timestamp, is_member boolean
)
