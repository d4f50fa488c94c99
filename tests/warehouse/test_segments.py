"""Segments: who is a member and why, what is registered of them, and what is refused."""

import re
import shutil

import duckdb
import pandas as pd
import pytest

from dagster_project.authoring import coverage
from dagster_project.dbt_project import PROJECT_DIR
from edge import thresholds
from tests.warehouse.conftest import Home
from tests.warehouse.feature_home import SEGMENTS, FeatureHome
from tests.warehouse.segment_home import with_customers
from tests.warehouse.segment_reference import AS_OF, MEMBERS, draw

FILES = sorted((PROJECT_DIR / "models" / "segments").glob("seg_*.sql"))
TRIGGERS = [file.stem[4:] for file in FILES if "trigger=" in file.read_text()]
DRAWN = draw()
FEATURES = sorted(f"features.{table}" for table in DRAWN.tables())
MEMBERS_AT = "select customer_id from segments.seg_{segment} where as_of = '{as_of}'"
PARENTS = {
    file.stem[4:]: found[1]
    for file in FILES
    if (found := re.search(r"parent='(\w+)'", file.read_text()))
}


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return DRAWN.customers


@pytest.fixture(scope="module")
def home(tmp_path_factory, manifest, customers) -> FeatureHome:
    home = FeatureHome(tmp_path_factory.mktemp("segments"), manifest)
    clusters = customers[["customer_id", "as_of", "cluster"]].dropna()
    delivery = {
        "target": "crm_files",
        "segment": "recent_buyers",
        "customer_id": "c1",
        "attempt": 2,
    }
    build = {"build_id": "b1", "as_of": "2026-04-01T00:00:00", "seed": 7, "files": [["a", "b"]]}
    firing = {"firing_id": "f1", "trigger": "cart_recovery", "customer_id": "c1"}
    waits = firing | {"status": "waiting", "message_ids": ["m1"], "reason": {"items": 1}}
    fired = waits | {"status": "fired", "fired_at": "2026-04-01T00:05:00.000000Z"}
    acts = [delivery, build, build, waits, fired]
    payloads = pd.Series(acts).map(lambda found: str(found).replace("'", '"'))
    ledger = pd.DataFrame(
        {
            "file_number": 1,
            "line": [1, 2, 3, 4, 5],
            "kind": ["delivery", "build", "build", "trigger_firing", "trigger_firing"],
            "recorded_at": AS_OF,
            "payload": payloads,
            "loaded_at": AS_OF,
        }
    )
    home.fill({"ml.customer_clusters": clusters, "ops.ledger": ledger})
    with_customers(home, {AS_OF: DRAWN}, AS_OF)
    home.run(SEGMENTS)
    return home


def test_the_oracle_knows_the_library_and_nothing_that_is_gone():
    """A segment of your own needs no rule here: its unit test says who is a member."""
    assert set(MEMBERS) <= {file.stem[4:] for file in FILES}
    assert len(MEMBERS) >= 45


@pytest.mark.parametrize("segment", sorted(MEMBERS))
def test_members_are_those_for_whom_every_condition_holds(home, customers, segment):
    wanted = set(customers.loc[MEMBERS[segment](customers), "customer_id"])
    assert 0 < len(wanted) < len(customers)
    assert {
        row[0] for row in home.rows(f"select customer_id from segments.seg_{segment}")
    } == wanted
    listed = home.rows(
        f"select customer_id from segments.fct_segment_members where segment = '{segment}'"
    )
    assert sorted(row[0] for row in listed) == sorted(wanted)


@pytest.mark.parametrize("segment", sorted(MEMBERS))
def test_every_customer_has_an_answer_why_or_why_not(home, customers, segment):
    found = home.table(f"conditions.seg_{segment}", "customer_id")
    assert found["customer_id"].to_list() == customers["customer_id"].to_list()
    assert found["is_member"].dtype == bool
    types = home.rows(f"describe conditions.seg_{segment}")
    conditions = [row[0] for row in types if row[1] == "BOOLEAN" and row[0] != "is_member"]
    assert conditions
    holds = found[conditions].fillna(value=False).astype(bool).all(axis=1)
    assert (holds == found["is_member"]).all()
    values = [row[0] for row in types if row[1] != "BOOLEAN"]
    assert [row[0] for row in home.rows(f"describe segments.seg_{segment}")] == values
    assert set(values) > {"customer_id", "as_of"}


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_every_customer_is_a_row_of_a_trigger_too(home, customers, trigger):
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.begin()
        connection.execute("delete from features.ftr_intents where customer_id > 'c300'")
        found = connection.sql(f"from conditions.seg_{trigger} order by customer_id").df()
        connection.rollback()
    assert found["customer_id"].to_list() == customers["customer_id"].to_list()
    assert (found["as_of"] == AS_OF).all()
    silent = found[found["customer_id"] > "c300"]
    assert len(silent) > 100
    assert not silent["is_member"].any()
    assert silent.drop(columns=["customer_id", "as_of", "is_member"]).isna().all(axis=None)


def test_each_segment_has_a_member_a_non_member_and_its_boundary_by_hand(home):
    tested = home.unit_tests(["path:models/segments", "path:models/activation"])
    assert tested >= {file.stem for file in FILES}


def test_each_condition_of_each_segment_is_tested_where_it_alone_flips_and_at_its_limit(home):
    """Others held, so that a condition that is dropped or moved by one fails its unit test."""
    # the one cannot fail while the other holds: both look at one column
    tied = {("referred_visitors", "came_by_a_link"), ("abandoners_of_large_carts", "has_open_cart")}
    without_member, not_flipped, no_limit = [], set(), []
    for file in FILES:
        name = file.stem[4:]
        tests = coverage.unit_tests(file.parent, file.stem)
        types = home.rows(f"describe conditions.{file.stem}")
        conditions = [row[0] for row in types if row[1] == "BOOLEAN" and row[0] != "is_member"]
        rules = conditions_of(home, file.stem)
        if not coverage.has_member(tests, conditions):
            without_member.append(name)
        found = coverage.unflipped(tests, conditions, counts_unknown=False)
        not_flipped |= {(name, condition) for condition in found}
        no_limit += [(name, *gap) for gap in coverage.unbounded(tests, rules)]
    assert without_member == []
    assert not_flipped == tied
    assert no_limit == []


def conditions_of(home, view: str) -> dict[str, thresholds.Rule]:
    """Return the rule of each condition of a view."""
    ((text,),) = home.rows(f"select sql from duckdb_views() where view_name = '{view}'")
    with duckdb.connect() as connection:
        found = thresholds.rules_of_view(connection, text)
    return {name: rule for name, rule in found.items() if name != "is_member"}


def test_segments_are_registered_with_what_their_file_says(home, customers):
    found = home.table("segments.dim_segments", "segment").set_index("segment")
    assert set(found.index) == {file.stem[4:] for file in FILES}
    favourites = found.loc["lapsed_favourites"]
    assert favourites["description"] == (
        "Lapsed customers of the clusters that spend more than the average customer: worth winning"
        " back."
    )
    assert favourites["parent"] == "lapsed_customers"
    assert list(found.loc["high_value_customers", "targets"]) == [
        "ads_files",
        "crm_files",
        "demo_webhook",
    ]
    assert list(found.loc["new_visitors", "targets"]) == []
    assert found["review_date"].notna().all()
    for segment, row in found.loc[list(MEMBERS)].iterrows():
        size = int(MEMBERS[segment](customers).sum())
        assert row["size"] == size
        assert row["share"] == pytest.approx(size / len(customers))
        assert row["status"] == ("active" if size >= 50 else "too_small")
    assert set(found["status"]) == {"active", "too_small"}


def test_a_segment_that_reads_clusters_says_so(home):
    found = dict(home.rows("select distinct segment, source from segments.fct_segment_members"))
    hybrid = {"active_cluster_slowing", "bargain_cluster_abandoners", "lapsed_favourites"}
    assert {segment for segment, source in found.items() if source == "cluster"} == hybrid
    assert set(found.values()) == {"cluster", "rule"}


@pytest.mark.parametrize("segment", sorted(PARENTS))
def test_a_nested_segment_repeats_every_condition_of_its_parent(home, segment):
    """By name and by answer, for every customer: so no member can be outside the parent."""

    def conditions(name: str) -> pd.DataFrame:
        found = home.table(f"conditions.seg_{name}", "customer_id").set_index("customer_id")
        types = dict(row[:2] for row in home.rows(f"describe conditions.seg_{name}"))
        return found[[column for column in found if types.get(column) == "BOOLEAN"]]

    parent, child = conditions(PARENTS[segment]), conditions(segment)
    shared = [name for name in parent if name != "is_member"]
    pd.testing.assert_frame_equal(child[shared], parent[shared])
    assert 0 < child["is_member"].sum() < parent["is_member"].sum()


def test_the_list_of_segments_is_complete():
    text = (PROJECT_DIR / "models" / "segments" / "fct_segment_members.sql").read_text()
    assert [file.stem for file in FILES if f"'{file.stem}'" not in text] == []


def test_acts_of_the_ledger_become_builds_and_deliveries(home):
    # a build that was recorded twice is one build
    assert home.rows("select build_id, as_of, seed from segments.fct_builds") == [("b1", AS_OF, 7)]
    assert home.rows(
        "select target, segment, customer_id, attempt from activation.fct_deliveries"
    ) == [("crm_files", "recent_buyers", "c1", 2)]


def test_a_firing_that_waited_is_one_row_with_what_became_of_it(home):
    found = home.rows(
        "select firing_id, trigger, status, fired_at, reason ->> 'items', message_ids "
        "from activation.fct_triggers"
    )
    fired_at = AS_OF + pd.Timedelta(minutes=5)
    assert found == [("f1", "cart_recovery", "fired", fired_at, "1", ["m1"])]


def test_conditions_can_be_read_in_a_copy_of_the_warehouse(home, tmp_path):
    (tmp_path / "original").mkdir()
    shutil.copy(home.warehouse, tmp_path / "original" / "warehouse.duckdb")
    (tmp_path / "published").mkdir()
    with duckdb.connect() as connection:
        original, published = tmp_path / "original", tmp_path / "published"
        connection.execute(f"attach '{original / 'warehouse.duckdb'}' as original (read_only)")
        connection.execute(f"attach '{published / 'warehouse.duckdb'}' as warehouse")
        for schema in ("features", "ml", "segments", "conditions"):
            connection.execute(f"create schema warehouse.{schema}")
        for table in (*FEATURES, "ml.customer_clusters"):
            connection.execute(f"create table warehouse.{table} as from original.{table}")
        connection.execute("use warehouse")
        views = connection.execute(
            "select sql from duckdb_views() "
            "where database_name = 'original' and schema_name = 'conditions'"
        ).fetchall()
        assert len(views) == len(FILES)
        for (view,) in views:
            connection.execute(view)
    shutil.rmtree(tmp_path / "original")
    with duckdb.connect(
        str(tmp_path / "published" / "warehouse.duckdb"), read_only=True
    ) as connection:
        for segment in MEMBERS:
            count = connection.execute(
                f"select count(*) from conditions.seg_{segment} where is_member"
            ).fetchone()
            assert count == home.rows(f"select count(*) from segments.seg_{segment}")[0]


def test_a_member_of_a_nested_segment_who_is_none_of_its_parent_fails_a_test(home, manifest):
    nested = Home(home.home, manifest)
    name = "assert_nested_members_are_members_of_the_parent"
    nested.dbt("test", "--select", name)
    table = "segments.fct_segment_members"
    held = home.table(table)
    home.replace({table: held[held["segment"] != "lapsed_customers"]})
    with pytest.raises(AssertionError, match="result"):
        nested.dbt("test", "--select", name)
    home.replace({table: held})


CONSENTS = """
create or replace table marts.dim_consent_status as
select customer_id, purpose, is_granted, timestamp '2026-01-01' as answered_at
from marts.dim_customers
cross join (values ('marketing_email', true), ('ads', false)) as answers (purpose, is_granted)
where hash(customer_id) % 3 < 2;
update marts.dim_consent_status set is_granted = not is_granted where hash(customer_id) % 3 = 1
"""


def documented(word):
    """Return the segment in CONTRIBUTING.md that speaks of something."""
    text = (PROJECT_DIR.parent / "CONTRIBUTING.md").read_text()
    (found,) = (x for x in re.findall(r"```sql\n(.*?)```", text, re.DOTALL) if word in x)
    return found


@pytest.fixture(scope="module")
def changed(home) -> str:
    """Build a day later with one segment gone, one more, and four that cannot be segments."""
    folder = "models/segments"
    later = AS_OF + pd.Timedelta(days=1)
    with_customers(home, {later: DRAWN}, later)
    members = (PROJECT_DIR / folder / "fct_segment_members.sql").read_text()
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(CONSENTS)
    unit_tests = ["_behaviour.yml", "_context.yml", "_hybrid.yml", "_intent.yml", "_lifecycle.yml"]
    start = "{{ segment(owner='a@example.com', purpose='analytics') }} select customer_id, "
    source = " from {{ ref('ftr_customers') }}"
    return home.run_changed(
        ["path:models/segments"],
        {
            f"{folder}/seg_without_condition.sql": f"{start} as_of, orders {source}",
            f"{folder}/seg_without_moment.sql": f"{start} true as holds {source}",
            f"{folder}/seg_with_is_member.sql": f"{start} as_of, true as is_member {source}",
            f"{folder}/seg_with_gender.sql": f"{start} as_of, gender = 'f' as holds {source}",
            f"{folder}/seg_willing_lapsed_buyers.sql": documented("dim_consent_status"),
            f"{folder}/seg_new_visitors.sql": None,
            f"{folder}/fct_segment_members.sql": members.replace("    'seg_new_visitors',\n", ""),
            **{f"{folder}/{name}": None for name in unit_tests},
        },
    )


def test_a_segment_may_ask_for_consent_as_the_documented_one_does(changed, home):
    assert "seg_willing_lapsed_buyers" in changed
    lapsed = "select customer_id from features.ftr_customers where recency_days > 60"
    willing = "select customer_id from marts.dim_consent_status where purpose = 'marketing_email'"
    members = home.rows("select customer_id from segments.seg_willing_lapsed_buyers")
    assert set(members) == set(home.rows(f"{lapsed} intersect {willing} and is_granted"))
    refused = set(home.rows(f"{lapsed} intersect {willing} and not is_granted"))
    silent = set(home.rows(f"{lapsed} except {willing}"))
    assert members
    assert refused - set(members) == refused != set()
    assert silent - set(members) == silent != set()


def test_what_cannot_be_a_segment_is_refused_by_the_name_of_its_file(changed, home):
    folder = "models/segments"
    assert f"{folder}/seg_without_condition.sql: no condition" in changed
    assert f"{folder}/seg_without_moment.sql: a segment selects customer_id and as_of" in changed
    assert f"{folder}/seg_with_is_member.sql: is_member is computed" in changed
    assert f"{folder}/seg_with_gender.sql: gender is sensitive" in changed
    assert "seg_with" not in str(home.rows("select view_name from duckdb_views()"))
    assert "ERROR=4" in changed


def test_a_segment_whose_file_is_gone_is_retired_and_its_tables_go(changed, home, customers):
    size = int(MEMBERS["new_visitors"](customers).sum())
    found = home.table("segments.dim_segments", "segment").set_index("segment")
    assert found.loc["new_visitors", ["status", "size"]].to_list() == ["retired", 0]
    assert found.loc["new_visitors", "description"].startswith("Seen for the first time")
    assert found.loc["recent_buyers", "status"] == "active"
    relations = home.rows("select table_name from information_schema.tables")
    assert ("seg_new_visitors",) not in relations
    assert ("seg_recent_buyers",) in relations
    stays = home.rows(
        "select valid_to, ended_as, count(*) from segments.fct_segment_history "
        "where segment = 'new_visitors' and known_to is null group by all"
    )
    assert stays == [(AS_OF + pd.Timedelta(days=1), "retired", size)]


def test_who_stays_entered_when_the_stay_began(changed, home):
    entered = home.rows("select distinct as_of, entered_at from segments.fct_segment_members")
    assert entered == [(AS_OF + pd.Timedelta(days=1), AS_OF)]


def test_each_of_several_moments_is_evaluated_as_if_alone(tmp_path_factory, manifest):
    """One draw at one moment, another at the next: no segment mixes them."""
    home = FeatureHome(tmp_path_factory.mktemp("moments"), manifest)
    draws = {AS_OF: draw(200), AS_OF + pd.Timedelta(days=1): draw(200, seed=4)}
    clusters = [
        drawn.at(as_of).customers[["customer_id", "as_of", "cluster"]].dropna()
        for as_of, drawn in draws.items()
    ]
    home.fill({"ml.customer_clusters": pd.concat(clusters)})
    with_customers(home, draws, AS_OF)
    home.run(["seg_*"])
    wrong = [
        (segment, as_of)
        for segment, rule in MEMBERS.items()
        for as_of, drawn in draws.items()
        if {row[0] for row in home.rows(MEMBERS_AT.format(segment=segment, as_of=as_of))}
        != set(drawn.customers.loc[rule(drawn.customers), "customer_id"])
    ]
    assert wrong == []
