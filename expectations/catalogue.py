"""Every suite, in the order of the lineage."""

from typing import Final

from expectations.suites import ml, raw, staging

SUITES: Final = (
    raw.EVENTS,
    raw.REJECTED_EVENTS,
    raw.LOADED_FILES,
    raw.ONLINE_RETAIL,
    staging.EVENTS,
    staging.CUSTOMERS,
    ml.CUSTOMER_CLUSTERS,
    ml.RECOMMENDATIONS,
    ml.SEGMENT_RECOMMENDATIONS,
    ml.SIMILAR_PRODUCTS,
    ml.PRODUCT_ASSOCIATIONS,
    ml.CUSTOMER_SCORES,
)
