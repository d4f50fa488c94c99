import shutil
from datetime import date

import duckdb
import pytest
import yaml

from dagster_project.authoring import coverage, files, new
from dagster_project.dbt_project import PROJECT_DIR
from edge import thresholds
from edge.thresholds import Rule

GIVEN = {
    "description": "Visited three times in 30 days and bought nothing",
    "owner": "ann@example.com",
    "purpose": "personalisation",
    "review_date": date.fromisoformat("2027-01-01"),
}


@pytest.fixture
def folder(tmp_path):
    """Copy the segments of the project, which a test may then change."""
    return shutil.copytree(PROJECT_DIR / "models" / "segments", tmp_path / "segments")


def rules_of(folder):
    return files.Rules(
        purposes=["personalisation", "ads"],
        targets=["crm_files", "ads_files"],
        listed=(folder / "fct_segment_members.sql").read_text(),
        tests="\n".join(file.read_text() for file in folder.glob("*.yml")),
        today=date.fromisoformat("2026-07-01"),
    )


def wrong(folder, name):
    path = folder / f"seg_{name}.sql"
    return [(found.line, found.what) for found in files.problems(path, rules_of(folder), path.name)]


def test_a_new_segment_is_complete_at_once(folder):
    touched = new.create(folder, "weekend_visitors", **GIVEN)

    assert [path.name for path in touched] == [
        "seg_weekend_visitors.sql",
        "fct_segment_members.sql",
        "_segments.yml",
    ]
    assert wrong(folder, "weekend_visitors") == []
    tests = yaml.safe_load((folder / "_segments.yml").read_text())["unit_tests"]
    assert tests[-1]["model"] == "seg_weekend_visitors"
    assert "TODO" not in "".join(path.read_text() for path in touched)


def test_the_list_of_members_stays_sorted_and_nothing_else_of_it_changes(folder):
    before = (folder / "fct_segment_members.sql").read_text().splitlines()
    new.create(folder, "weekend_visitors", **GIVEN)
    after = (folder / "fct_segment_members.sql").read_text().splitlines()

    names = [line for line in after if line.startswith("    'seg_")]
    assert names == sorted(names)
    after.remove("    'seg_weekend_visitors',")
    assert after == before


@pytest.mark.parametrize("name", ["Weekend", "1st", "week-end", "a b", "", "x;drop"])
def test_a_name_that_could_not_be_a_table_writes_nothing(folder, name):
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(ValueError, match="a segment's name"):
        new.create(folder, name, **GIVEN)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_name_that_is_taken_is_refused(folder):
    with pytest.raises(ValueError, match="exists already"):
        new.create(folder, "recent_buyers", **GIVEN)


@pytest.mark.parametrize(
    ("before", "after", "line", "what"),
    [
        ("{#-", "--", 1, "no description"),
        (" One row per customer and moment.", "", 1, "the description does not end in the grain"),
        ("owner='ann@example.com'", "owner='ann'", 2, "no owner"),
        ("'personalisation'", "'spying'", 2, "purpose 'spying' is not in purposes.yml"),
        (", review_date='2027-01-01'", "", 2, "no review date"),
        ("purpose=", "targets=['fax'], purpose=", 2, "target 'fax' is not in targets.yml"),
        ("purpose=", "parent='nobody', purpose=", 2,
         "there is no segment 'nobody' to be the parent"),
        ("from {{ ref('ftr_customers') }}", "from {{ ref('ftr_customers') }}\nwhere true", 12,
         "a where hides customers from `why not`"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_with_its_line(folder, before, after, line, what):
    new.create(folder, "weekend_visitors", **GIVEN)
    path = folder / "seg_weekend_visitors.sql"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))

    assert (line, what) in wrong(folder, "weekend_visitors")


def test_a_segment_without_list_or_test_is_named(folder):
    (folder / "seg_lonely.sql").write_text((folder / "seg_recent_buyers.sql").read_text())

    found = {what for _, what in wrong(folder, "lonely")}
    assert {"not in the list of segments", "no unit test"} <= found


@pytest.mark.parametrize(
    ("review_date", "warned"),
    [
        ("2026-07-01", []),  # today
        ("2026-06-30", [(2, "its review was due on 2026-06-30, 1 days ago")]),
        ("soon", []),  # a problem, not a warning
    ],
)
def test_a_review_that_is_due_is_a_warning_with_its_line(folder, review_date, warned):
    new.create(folder, "weekend_visitors", **GIVEN)
    path = folder / "seg_weekend_visitors.sql"
    path.write_text(path.read_text().replace("2027-01-01", review_date))
    found = files.warnings(path, rules_of(folder), path.name)
    assert [(one.line, one.what) for one in found] == warned
    assert all(one.write.startswith("review_date='2027-07-01'") for one in found)


def test_the_unit_test_of_a_new_segment_shows_each_condition_at_its_limit(folder):
    new.create(folder, "weekend_visitors", **GIVEN)
    tests = coverage.unit_tests(folder, "seg_weekend_visitors")
    conditions = ["has_visited_often", "has_not_bought"]
    with duckdb.connect() as connection:
        select = (folder / "seg_weekend_visitors.sql").read_text().split("}}\n", 1)[1]
        query = select.replace("{{ ref('ftr_customers') }}", "customers")
        rules = thresholds.rules(connection, query)

    assert coverage.has_member(tests, conditions)
    assert coverage.unflipped(tests, conditions, counts_unknown=False) == []
    assert list(coverage.unbounded(tests, rules)) == []
    assert coverage.tied(rules, conditions) == frozenset()
    again = {**rules, "has_visited": Rule("", ("sessions_30_days",), ">", 0)}
    assert coverage.tied(again, [*conditions, "has_visited"]) == {
        "has_visited",
        "has_visited_often",
    }
    (test,) = tests
    rows = test["expect"]["rows"]
    rows[:] = [row for row in rows if row["customer_id"] != "seldom"]
    given = test["given"][0]["rows"]
    given[:] = [{**row, "sessions_30_days": row["sessions_30_days"] + 1} for row in given]
    assert coverage.unflipped(tests, conditions, counts_unknown=True) == ["has_visited_often"]
    given[:] = [row for row in given if row["sessions_30_days"] != 3]
    assert list(coverage.unbounded(tests, rules)) == [("has_visited_often", "sessions_30_days", 3)]
