-- Whoever became this customer, directly or through another. Grain: one merge.
with recursive

merged as (

    select merges.*
    from warehouse.marts.fct_customer_merges as merges
    where merges.customer_id = $customer_id

    union

    select merges.*
    from warehouse.marts.fct_customer_merges as merges
    inner join merged on merges.customer_id = merged.loser_customer_id

)

select
    merged.loser_customer_id,
    merged.customer_id,
    merged.merged_at,
    files.file,
    merged.line
from merged
left join warehouse.raw.loaded_files as files on merged.file_number = files.file_number
order by merged.file_number, merged.line, merged.loser_customer_id
