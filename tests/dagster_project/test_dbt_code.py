import copy

from dagster_project import dbt_code

MANIFEST = {
    "metadata": {"project_name": "tessera"},
    "nodes": {
        "model.tessera.sums": {
            "resource_type": "model",
            "checksum": {"checksum": "1"},
            "config": {"materialized": "incremental"},
        },
        "model.tessera.history": {
            "resource_type": "model",
            "checksum": {"checksum": "2"},
            "config": {"materialized": "incremental", "full_refresh": False},
        },
        "model.tessera.view": {
            "resource_type": "model",
            "checksum": {"checksum": "3"},
            "config": {"materialized": "view"},
        },
    },
    "macros": {"macro.tessera.gap": {"package_name": "tessera", "macro_sql": "30"}},
}
ALL = sorted(MANIFEST["nodes"])


def changed(*path, value):
    manifest = copy.deepcopy(MANIFEST)
    place = manifest
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return manifest


def test_an_incremental_model_is_stale_until_it_was_built_by_this_code(tmp_path):
    assert dbt_code.stale(tmp_path, MANIFEST, ALL) == {"model.tessera.sums"}
    dbt_code.record(tmp_path, MANIFEST, ALL)
    assert dbt_code.stale(tmp_path, MANIFEST, ALL) == set()


def test_a_changed_macro_or_incremental_model_makes_it_stale(tmp_path):
    dbt_code.record(tmp_path, MANIFEST, ALL)
    macro = changed("macros", "macro.tessera.gap", "macro_sql", value="45")
    model = changed("nodes", "model.tessera.sums", "checksum", "checksum", value="9")
    assert dbt_code.stale(tmp_path, macro, ALL) == {"model.tessera.sums"}
    assert dbt_code.stale(tmp_path, model, ALL) == {"model.tessera.sums"}


def test_a_changed_view_rebuilds_nothing_and_history_is_never_rebuilt(tmp_path):
    dbt_code.record(tmp_path, MANIFEST, ALL)
    view = changed("nodes", "model.tessera.view", "checksum", "checksum", value="9")
    history = changed("nodes", "model.tessera.history", "checksum", "checksum", value="9")
    assert dbt_code.stale(tmp_path, view, ALL) == set()
    assert dbt_code.stale(tmp_path, history, ALL) == set()
