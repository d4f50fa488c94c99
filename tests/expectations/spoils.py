"""Statements that each break one claim about the small warehouse of these tests.

By relation, ``{it}``: the expectation that must fail, and how many it must count.
"""

SPOILED = {
    "raw.events": (
        ("message_id_is_present", 3, "update {it} set message_id = null where line < 3"),
        ("message_id_is_short", 2, "update {it} set message_id = repeat('x', 101) where line < 2"),
        ("type_is_known", 7, "update {it} set type = 'trakc' where line < 7"),
        ("time_is_present", 4, "update {it} set timestamp = null where line < 4"),
        (
            "someone_did_it",
            5,
            "update {it} set user_id = null, anonymous_id = null where line < 5",
        ),
        ("track_names_its_event", 6, "update {it} set event = null where line < 6"),
        (
            "time_is_not_in_the_future",
            2,
            "update {it} set timestamp = received_at + interval 25 hours where line < 2",
        ),
        (
            "time_is_not_ancient",
            9,
            "update {it} set timestamp = timestamp '1970-01-01' where line < 9",
        ),
        (
            "volume_is_steady",
            1,
            "insert into {it} by name select e.* replace (message_id || i as message_id) from "
            "{it} as e, range(9) as t(i); insert into {it} from {it} where received_at::date = "
            "'2026-02-28'; insert into {it} from {it} where received_at::date = '2026-02-28'",
        ),
        (
            "mix_of_events_is_steady",
            1,
            "update {it} set event = 'Order Completed' where received_at::date = "
            "'2026-02-28';insert into {it} select e.* from {it} as e, range(100) where "
            "received_at::date = '2026-02-28'",
        ),
    ),
    "raw.rejected_events": (
        ("reason_is_present", 2, "update {it} set reason = null"),
        ("file_is_present", 2, "update {it} set file = null"),
        ("few_lines_are_rejected", 1, "update raw.loaded_files set rows_rejected = 200"),
        ("most_lines_are_accepted", 1, "update raw.loaded_files set rows_rejected = 900"),
    ),
    "raw.loaded_files": (
        ("sha256_is_present", 2, "update {it} set sha256 = null"),
        ("files_are_readable", 2, "update {it} set error = 'truncated gzip'"),
        (
            "files_hold_rows",
            1,
            "insert into {it} values ('s', 'c', 3, 'ef', 0, 0, 0, 0, 0, 'loaded', null, "
            "'2026-03-02')",
        ),
    ),
    "raw.online_retail": (
        ("invoice_is_present", 1, "update {it} set invoice = null"),
        ("stock_code_is_present", 1, "update {it} set stock_code = null"),
        ("invoice_time_is_present", 1, "update {it} set invoice_at = null"),
        ("quantity_is_present", 1, "update {it} set quantity = null"),
        ("quantity_is_plausible", 1, "update {it} set quantity = 1000000"),
        ("price_is_not_negative", 1, "update {it} set unit_price = -11062.06"),
        ("customers_are_named", 1, "update {it} set customer = null"),
        (
            "one_moment_per_invoice",
            1,
            "insert into {it} by name select * replace (invoice_at + interval 2 days as "
            "invoice_at) from {it}",
        ),
    ),
    "staging.stg_segment__events": (
        ("price_is_plausible", 8, "update {it} set price = -1 where line < 8"),
        ("quantity_is_plausible", 8, "update {it} set quantity = 99999 where line < 8"),
        ("revenue_is_plausible", 8, "update {it} set revenue = -5 where line < 8"),
        ("scroll_depth_is_a_share", 8, "update {it} set scroll_depth_share = 55 where line < 8"),
        ("dwell_is_plausible", 8, "update {it} set dwell_seconds = 9e9 where line < 8"),
        ("currency_is_a_code", 80, "update {it} set currency = 'EURO' where line < 80"),
        ("emails_are_normalised", 8, "update {it} set email = ' Ann@example.com' where line < 8"),
        ("phones_are_normalised", 8, "update {it} set phone = '0151/12345' where line < 8"),
        (
            "orders_name_themselves",
            1,
            "update {it} set order_id = null, event = 'Order Completed'",
        ),
        ("product_events_name_products", 1, "update {it} set product_id = null where line < 100"),
        ("robots_are_few", 1, "update {it} set is_bot = true where line < 700"),
    ),
    "ml.customer_clusters": (
        ("customer_id_is_present", 10, "update {it} set customer_id = null where cluster = 1"),
        ("customer_id_is_unique", 2, "insert into {it} from {it} where customer_id = 'c1'"),
        ("label_is_present", 10, "update {it} set label = null where cluster = 1"),
        ("version_is_present", 40, "update {it} set model_version = null"),
        ("distance_is_not_negative", 10, "update {it} set distance = -1 where cluster = 2"),
        ("one_label_per_cluster", 1, "update {it} set label = 'label 0'"),
        ("every_customer_has_a_cluster", 10, "delete from {it} where cluster = 3"),
        (
            "clusters_are_not_tiny",
            3,
            "insert into {it} select 'n' || i, null, 0, 'label 0', 1, 'v' from range(3000) as t(i)",
        ),
        ("no_cluster_holds_all", 1, "update {it} set cluster = 0"),
    ),
    "ml.recommendations": (
        ("customer_id_is_present", 40, "update {it} set customer_id = null where rank = 1"),
        ("product_id_is_present", 40, "update {it} set product_id = null where rank = 1"),
        ("score_is_present", 40, "update {it} set score = null where rank = 1"),
        ("rank_is_unique", 80, "update {it} set rank = 1 where rank = 2"),
        ("product_is_unique", 80, "update {it} set product_id = 'p1' where rank = 2"),
        ("rank_is_from_1_to_100", 40, "update {it} set rank = 0 where rank = 1"),
        ("source_is_known", 40, "update {it} set source = 'guess' where rank = 1"),
        ("scores_fall_with_rank", 80, "update {it} set score = rank"),
        (
            "not_all_are_popular",
            1,
            "insert into {it} select 'n' || i, 1, 'p1', 1.0, 'popular', 'v' from range(2000) as "
            "t(i)",
        ),
    ),
    "ml.segment_recommendations": (
        ("rank_is_unique", 8, "update {it} set rank = 1 where rank = 2"),
        ("product_is_unique", 8, "update {it} set product_id = 'p1' where rank = 2"),
        ("score_is_a_mean_share", 4, "update {it} set score = 2 where rank = 1"),
        ("customers_are_those_of_the_cluster", 12, "update {it} set customers = 9"),
    ),
    "ml.similar_products": (
        ("rank_is_unique", 8, "update {it} set rank = 1"),
        ("product_is_unique", 8, "update {it} set similar_product_id = 'p9'"),
        ("score_is_a_share", 4, "update {it} set score = 2 where rank = 1"),
        (
            "products_are_not_their_own",
            4,
            "update {it} set similar_product_id = product_id where rank = 1",
        ),
    ),
    "ml.product_associations": (
        ("rank_is_unique", 2, "insert into {it} from {it} where product_id = 'p1'"),
        ("confidence_is_a_share", 2, "update {it} set confidence = 1.5"),
        ("baskets_are_at_least_2", 2, "update {it} set baskets = 1"),
        ("associations_hold_both_ways", 2, "update {it} set lift = 2 where product_id = 'p1'"),
    ),
    "ml.customer_scores": (
        (
            "score_is_unique",
            2,
            "insert into {it} select 'c1', 'churn', i / 4.0, 'v', null from range(2) as t(i)",
        ),
        ("value_is_present", 1, "insert into {it} values ('c1', 'churn', null, 'v', null)"),
        ("customer_id_is_present", 1, "insert into {it} values (null, 'churn', 0.5, 'v', null)"),
        ("version_is_present", 40, "update {it} set model_version = null"),
        ("value_is_not_negative", 1, "insert into {it} values ('c1', 'churn', -1, 'v', null)"),
        ("score_is_known", 1, "insert into {it} values ('c1', 'luck', 0.5, 'v', null)"),
        ("probabilities_are_shares", 1, "insert into {it} values ('c1', 'churn', 2, 'v', null)"),
        ("everyone_is_scored", 1, "delete from {it} where customer_id = 'c1'"),
        (
            "probabilities_tell_customers_apart",
            1,
            "insert into {it} select 'n' || i, 'purchase_7d', 0.5, 'v', null "
            "from range(3000) as t(i)",
        ),
    ),
}
