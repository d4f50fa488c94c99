import copy

import pytest

from dagster_project import dbt_code


def model(text, *, reads=(), macros=(), **config):
    return {
        "resource_type": "model",
        "raw_code": text,
        "depends_on": {"nodes": list(reads), "macros": list(macros)},
        "config": {"materialized": "incremental", **config},
    }


def macro(text, *, uses=(), package="tessera"):
    return {"package_name": package, "macro_sql": text, "depends_on": {"macros": list(uses)}}


MANIFEST = {
    "metadata": {"project_name": "tessera"},
    "nodes": {
        "events": model("select 1"),
        "view": model("select 2", reads=["events"], materialized="view"),
        "sums": model(
            "select {{ gap() }} + {{ var('half_life') }}", reads=["view"], macros=["gap", "max"]
        ),
        "history": model("select 3", reads=["sums"], full_refresh=False),
        "test": {"resource_type": "test", "config": {"materialized": "test"}},
    },
    "macros": {
        "gap": macro("{{ minutes() }}", uses=["minutes"]),
        "minutes": macro("{{ var('gap_minutes') }}"),
        "max": macro("{{ var('anything') }}", package="dbt"),
        "limit": macro("{{ var(name) }}"),
    },
}
CONSTANTS = {"half_life": 30, "gap_minutes": 30, "other": 1}
ALL = sorted(MANIFEST["nodes"])


def changed(*path, value):
    manifest = copy.deepcopy(MANIFEST)
    place = manifest
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return manifest


def stale_after(manifest, constants=CONSTANTS):
    before = dbt_code.current(MANIFEST, CONSTANTS)
    after = dbt_code.current(manifest, constants)
    return {name for name in after if before.get(name) != after[name]}


def test_an_incremental_model_is_stale_until_it_was_built_by_this_code(tmp_path):
    assert dbt_code.stale(tmp_path, MANIFEST, ALL) == {"events", "sums"}
    dbt_code.record(tmp_path, MANIFEST, ["events", "history"])
    assert dbt_code.stale(tmp_path, MANIFEST, ALL) == {"sums"}
    dbt_code.record(tmp_path, MANIFEST, ALL)
    assert dbt_code.stale(tmp_path, MANIFEST, ALL) == set()


@pytest.mark.parametrize(
    ("part", "name", "stale"),
    [
        ("nodes", "events", {"events", "sums"}),
        ("nodes", "view", {"sums"}),
        ("nodes", "sums", {"sums"}),
        ("nodes", "history", set()),
        ("macros", "gap", {"sums"}),
        ("macros", "minutes", {"sums"}),
        ("macros", "limit", set()),
        ("macros", "max", set()),  # not ours
    ],
)
def test_a_change_makes_stale_what_it_is_in_or_below(part, name, stale):
    text = "raw_code" if part == "nodes" else "macro_sql"
    found = changed(part, name, text, value=MANIFEST[part][name][text] + " ")
    assert stale_after(found) == stale


@pytest.mark.parametrize(
    ("name", "stale"), [("half_life", {"sums"}), ("gap_minutes", {"sums"}), ("other", set())]
)
def test_a_changed_var_makes_stale_whoever_names_it(name, stale):
    assert stale_after(MANIFEST, {**CONSTANTS, name: 45}) == stale


def test_any_var_may_be_meant_where_its_name_is_worked_out():
    worked_out = changed("nodes", "events", "depends_on", "macros", value=["limit"])
    before = dbt_code.current(worked_out, CONSTANTS)
    after = dbt_code.current(worked_out, {**CONSTANTS, "other": 2})
    assert before["events"] != after["events"]
