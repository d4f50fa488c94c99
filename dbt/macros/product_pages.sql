{#-
One row per customer and moment: the product page that the customer came back to, of several the one with similar
purchases, then the most visits. Similar is what the product features put into the same category.
-#}
{% macro product_pages(recent) %}
    select
        visited.customer_id,
        visited.as_of,
        visited.product_id,
        visited.category,
        visited.visits,
        visited.returned_at,
        visited.message_ids,
        coalesce(purchases.products_bought, 0) as similar_bought
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
    left join {{ ref('ftr_category_purchases') }} as purchases
        on
            visited.customer_id = purchases.customer_id
            and visited.as_of = purchases.as_of
            and visited.category = purchases.category
            and purchases.first_bought_at <= visited.as_of
    qualify
        row_number() over (
            partition by visited.customer_id, visited.as_of
            order by
                visited.visits > {{ segment_limit('product_page_visits') }} and purchases.products_bought > 0 desc nulls last,
                visited.visits desc,
                visited.product_id
        ) = 1
{% endmacro %}
