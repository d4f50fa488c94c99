{#-
One row per customer and moment: the product page that the customer came back to, of several the one with similar
purchases and no order since, then the most visits. Similar is another product of its category with its brand or in
its price band, bought before they came back.
-#}
{% macro product_pages(recent, spells) %}
    select pages.*
    from (
        select
            visited.customer_id,
            visited.as_of,
            visited.product_id,
            visited.category,
            visited.visits,
            visited.returned_at,
            visited.message_ids,
            coalesce(spells.last_order_at < visited.returned_at, true) as is_still_open,
            count(
                case
                    when
                        bought.product_id != visited.product_id
                        and (bought.brand = products.brand or bought.price_band = products.price_band)
                        and bought.first_bought_at < coalesce(visited.returned_at, visited.as_of)
                        then 1
                end
            ) as similar_bought
        from (
            select
                customer_id,
                as_of,
                product_id,
                max(category) as category,
                count(*) as visits,
                max(case when visit_number = {{ segment_limit('product_page_visits') }} + 1 then timestamp end) as returned_at,
                {{ gathered_ids('true') }} as message_ids
            from (
                select
                    *,
                    row_number() over (
                        partition by customer_id, as_of, product_id order by timestamp, message_id
                    ) as visit_number
                from {{ recent }}
                where event = 'Product Viewed' and product_id is not null
            ) as views
            group by customer_id, as_of, product_id
        ) as visited
        inner join {{ spells }} as spells on visited.customer_id = spells.customer_id and visited.as_of = spells.as_of
        left join {{ ref('ftr_products') }} as products
            on visited.product_id = products.product_id and visited.as_of = products.as_of
        left join {{ ref('ftr_purchases') }} as bought
            on
                visited.customer_id = bought.customer_id
                and visited.as_of = bought.as_of
                and products.category = bought.category
        group by
            visited.customer_id, visited.as_of, visited.product_id, visited.category, visited.visits, visited.returned_at,
            visited.message_ids, spells.last_order_at
    ) as pages
    qualify
        row_number() over (
            partition by customer_id, as_of
            order by
                case
                    when visits > {{ segment_limit('product_page_visits') }} and similar_bought > 0 and is_still_open then 1
                    else 0
                end desc,
                visits desc,
                product_id
        ) = 1
{% endmacro %}
