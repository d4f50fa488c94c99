{#- Whether a stock code is no product: postage, manual entries, discounts, bank charges and fees, samples,
    bad debt, charity, pads, gift vouchers, tests. -#}
{% macro is_service_code(stock_code) -%}
    upper({{ stock_code }}) in (
        'POST', 'DOT', 'C2', 'C3', 'D', 'M', 'S', 'B', 'A', 'PADS', 'CRUK', 'BANK CHARGES', 'AMAZONFEE'
    )
    or upper({{ stock_code }}) like 'GIFT%'
    or upper({{ stock_code }}) like 'TEST%'
    or upper({{ stock_code }}) like 'ADJUST%'
{%- endmacro %}
