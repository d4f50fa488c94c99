import re
import subprocess
import sys

from expectations.catalogue import SUITES
from expectations.suite import QUERY


def test_names_are_stable_words_and_unique_in_their_suite():
    for suite in SUITES:
        names = [item.name for item in suite.expectations]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z][a-z0-9_]+", name) for name in names)


def test_each_relation_has_one_suite():
    relations = [suite.relation for suite in SUITES]

    assert len(set(relations)) == len(relations)
    assert {"ml.customer_clusters", "ml.recommendations", "ml.customer_scores"} <= set(relations)


def test_each_expectation_is_described_in_a_sentence():
    for suite in SUITES:
        for item in suite.expectations:
            assert item.description.endswith(".")


def test_queries_read_the_batch_and_select_no_column():
    for suite in SUITES:
        for item in suite.expectations:
            if item.kind == QUERY:
                text = item.arguments["unexpected_rows_query"]
                assert "{batch}" in text
                assert "select 1 as found" in text


def test_suites_are_listed_without_loading_great_expectations():
    code = "import sys, expectations.catalogue; sys.exit('great_expectations' in sys.modules)"

    subprocess.run([sys.executable, "-c", code], check=True)
