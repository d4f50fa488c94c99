-- One row per line of one file of the UCI set, in either edition. Identical lines of one file are
-- several lines of an order, so a row is known by its content and by how often it came before.
create or replace temp table parsed as

with

cleaned as (

    select
        file_number,
        source,
        line,
        document,
        without_point(known(invoice)) as invoice,
        without_point(known(stock_code)) as stock_code,
        known(description) as description,
        known(invoice_date) as invoice_date,
        known(quantity) as quantity_text,
        whole_number(without_point(known(quantity))) as quantity,
        round(decimal_number(known(unit_price)), 4) as unit_price,
        without_point(known(customer)) as customer,
        known(country) as country,
        written_date(known(invoice_date)) as date_parts

    from landed_rows

),

-- The set's own CSV writes the month first. A file writes the day first if no date of it can be read
-- otherwise and one must be.
date_order as (

    select
        coalesce(
            bool_or(try_cast(date_parts.first as integer) > 12)
            and not bool_or(try_cast(date_parts.second as integer) > 12),
            false
        ) as is_day_first

    from cleaned

),

typed as (

    select
        cleaned.*,
        coalesce(
            iso_moment(cleaned.invoice_date),
            in_calendar(written_moment(cleaned.date_parts, date_order.is_day_first))
        ) as invoice_at

    from cleaned

    cross join date_order

),

judged as (

    select
        *,
        case
            when invoice is null then 'InvoiceNo: missing'
            when stock_code is null then 'StockCode: missing'
            when quantity is null then 'Quantity: not a whole number'
            when invoice_at is null then 'InvoiceDate: not a date'
            when unit_price is null or not isfinite(unit_price) then 'UnitPrice: not a number'
        end as reason,
        sha256(
            concat_ws(
                chr(31),
                source,
                invoice,
                stock_code,
                coalesce(description, ''),
                quantity::varchar,
                invoice_at::varchar,
                unit_price::varchar,
                coalesce(customer, ''),
                coalesce(country, '')
            )
        ) as content_hash

    from typed

)

select
    file_number,
    line,
    reason,
    case when reason is not null then document::varchar end as payload,
    content_hash || '-' || row_number() over (
        partition by content_hash, reason
        order by line
    ) as message_id,
    invoice,
    stock_code,
    description,
    quantity,
    invoice_at,
    unit_price,
    customer,
    country
from judged
