import shutil
import subprocess
import sys

import duckdb
import pytest

from expectations import run
from expectations.catalogue import SUITES
from expectations.run import CheckError, applied
from expectations.suite import NOT_NULL, QUERY, ROW_COUNT_BETWEEN, Expectation, LikeBefore, Suite
from tests.expectations.spoils import SPOILED

BY_NAME = {suite.relation: suite for suite in SUITES}


@pytest.fixture
def warehouse(good_warehouse, tmp_path):
    return shutil.copyfile(good_warehouse, tmp_path / "warehouse.duckdb")


def spoil(warehouse, statement):
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(statement)


def failed(warehouse, relation, **options):
    results = run.validate(warehouse, [BY_NAME[relation]], **options)
    return {result.expectation: result for result in results if not result.passed}


def test_everything_passes_on_good_data_and_says_how_much_it_saw(warehouse):
    results = run.validate(warehouse, SUITES)

    assert [result for result in results if not result.passed] == []
    assert len(results) == sum(len(suite.expectations) for suite in SUITES)
    seen = {(result.suite, result.expectation): result for result in results}
    assert seen["raw.events", "type_is_known"].element_count == 1200
    assert seen["raw.events", "rows_are_not_lost"].observed == 1200


def test_everything_passes_on_empty_tables(warehouse):
    with duckdb.connect(str(warehouse)) as connection:
        for suite in SUITES:
            if suite.relation != "staging.stg_customers__records":
                connection.execute(f"delete from {suite.relation}")

    assert [result for result in run.validate(warehouse, SUITES) if not result.passed] == []


@pytest.mark.parametrize(
    ("relation", "name", "count", "statement"),
    [
        pytest.param(relation, *spoil, id=f"{relation}: {spoil[0]}")
        for relation, spoils in SPOILED.items()
        for spoil in spoils
    ],
)
def test_bad_data_make_the_named_expectation_fail_with_their_count(
    warehouse, relation, name, count, statement
):
    spoil(warehouse, statement.format(it=relation))
    declared = next(item for item in BY_NAME[relation].expectations if item.name == name)

    (result,) = run.validate(warehouse, [Suite(relation, (declared,))])

    assert not result.passed
    assert result.unexpected_count == count
    assert result.severity == declared.severity


@pytest.mark.parametrize("status", ["changed", "failed"])
def test_a_file_of_which_nothing_is_stored_warns_and_stops_nothing(warehouse, status):
    spoil(
        warehouse,
        "insert into raw.loaded_files values ('shop', 'c.jsonl', 3, null, 10, 0, 0, 0, 0, "
        f"'{status}', 'why', '2026-03-02')",
    )

    found = failed(warehouse, "raw.loaded_files")

    assert {name: result.severity for name, result in found.items()} == {
        "files_are_readable": "warning",
        "files_hold_rows": "warning",
    }


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("user_id_is_present", "null as user_id"),
        ("age_is_plausible", "200 as age"),
        ("emails_are_normalised", "'Ann' as email"),
        ("phones_are_normalised", "'0151/1' as phone"),
        ("birthdays_are_past", "date '2030-01-01' as birthday"),
    ],
)
def test_bad_customer_records_are_found_through_their_view(warehouse, name, change):
    relation = "staging.stg_customers__records"
    spoil(
        warehouse,
        f"create table kept as from {relation}; drop view {relation};"
        f"create view {relation} as select * replace ({change}) from kept",
    )

    assert list(failed(warehouse, relation)) == [name]


def test_every_expectation_is_seen_failing():
    for suite in SUITES:
        if suite.relation in SPOILED:
            seen = {name for name, *_ in SPOILED[suite.relation]}
            declared = {item.name for item in suite.expectations if item.like_before is None}
            assert seen == declared


def test_an_expectation_that_cannot_be_evaluated_raises(warehouse):
    for arguments, kind in (
        ({"column": "no_such_column"}, NOT_NULL),
        ({"unexpected_rows_query": "select no_such_column from {batch}"}, QUERY),
    ):
        broken = Suite("raw.events", (Expectation("it_is_broken", "x", kind, arguments),))
        with pytest.raises(CheckError, match=r"raw\.events: it_is_broken could not be evaluated"):
            run.validate(warehouse, [broken])


def test_a_relation_that_is_not_there_is_named(warehouse, tmp_path):
    with pytest.raises(CheckError, match=r"suite ml\.other: there is no such table or view"):
        run.validate(warehouse, [Suite("ml.other", ())])
    with pytest.raises(CheckError, match="there is no database"):
        run.validate(tmp_path / "absent.duckdb", SUITES)


def test_the_file_is_free_afterwards_for_this_process_and_another(warehouse):
    run.validate(warehouse, [BY_NAME["raw.loaded_files"]])
    broken = Suite("raw.events", (Expectation("broken", "x", NOT_NULL, {"column": "nowhere"}),))
    with pytest.raises(CheckError):
        run.validate(warehouse, [broken])

    code = (
        f"import duckdb; duckdb.connect({str(warehouse)!r}).execute('create table other (a int)')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    spoil(warehouse, "drop table other")


def test_validation_changes_nothing_in_the_file(warehouse):
    before = warehouse.read_bytes()

    run.validate(warehouse, [BY_NAME["raw.loaded_files"]])

    assert warehouse.read_bytes() == before


def test_many_bad_rows_are_counted_and_not_fetched(warehouse):
    spoil(
        warehouse,
        "insert into raw.events select e.* replace (null as user_id, null as anonymous_id) "
        "from raw.events as e, range(20)",
    )

    assert failed(warehouse, "raw.events")["someone_did_it"].unexpected_count == 24_000


def test_no_value_of_a_personal_column_is_in_a_result(warehouse):
    spoil(warehouse, "update staging.stg_segment__events set email = 'Planted@example.com'")

    found = failed(warehouse, "staging.stg_segment__events")

    assert found["emails_are_normalised"].unexpected_count == 1200
    assert "planted" not in str(found).lower()


LOST = Expectation("rows", "x", ROW_COUNT_BETWEEN, like_before=LikeBefore(low=0.9, runs=3))


def test_a_check_of_volume_only_warns_until_there_is_history():
    assert applied(LOST, []) == ({}, "warning")
    assert applied(LOST, [100.0, 100.0]) == ({}, "warning")
    assert applied(LOST, [1.0, 100.0, 110.0, 120.0]) == ({"min_value": 99}, "critical")


def test_rows_that_were_there_before_are_missed(warehouse):
    history = {("raw.events", "rows_are_not_lost"): [1500.0] * 3}

    found = failed(warehouse, "raw.events", history=history)

    assert list(found) == ["rows_are_not_lost"]
    assert found["rows_are_not_lost"].observed == 1200
    assert found["rows_are_not_lost"].is_blocking


def test_only_a_critical_failure_blocks(warehouse):
    spoil(warehouse, "update raw.online_retail set unit_price = -1, invoice = null")

    found = failed(warehouse, "raw.online_retail")

    assert found["invoice_is_present"].is_blocking
    assert not found["price_is_not_negative"].is_blocking
