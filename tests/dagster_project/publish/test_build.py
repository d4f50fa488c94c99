import json

from dagster_project.publish.build import build_id
from tests.dagster_project.publish.shop import AS_OF, opened


def build(home, sql=None, *, as_of=AS_OF, seed=7, rule_files=(), models=None):
    manifest = home / "manifest.json"
    nodes = {"seg_loyal": "checksum of loyal", "fct_orders": "checksum of orders", **(models or {})}
    manifest.write_text(
        json.dumps(
            {
                "metadata": {"project_name": "tessera", "generated_at": "whenever"},
                "nodes": {
                    name: {"name": name, "resource_type": "model", "checksum": {"checksum": sum_}}
                    for name, sum_ in nodes.items()
                },
                "macros": {"m": {"package_name": "tessera", "macro_sql": "select 1"}},
            }
        )
    )
    with opened(home) as connection:
        if sql is not None:
            connection.execute(sql)
        return build_id(
            connection, manifest=manifest, as_of=as_of, seed=seed, rule_files=list(rule_files)
        )


def test_the_same_files_rules_models_moment_and_seed_are_the_same_build(home):
    assert build(home) == build(home)


def test_the_payload_says_what_the_build_was_made_of(home):
    payload = build(home).payload

    assert payload["as_of"] == "2026-01-21T00:00:00"
    assert payload["seed"] == 7
    assert len(payload["files"]) == 3
    assert payload["rules"]["seg_loyal"] == "checksum of loyal"
    assert payload["models"] == {"customer_clusters": ["3"]}
    assert json.loads(json.dumps(payload))["build_id"] == build(home).build_id


def test_anything_that_changes_tables_is_another_build(home, tmp_path):
    rule = tmp_path / "sources.yml"
    rule.write_text("sources: {}")
    first = build(home, rule_files=[rule])
    others = [
        build(home, as_of=None, rule_files=[rule]),
        build(home, seed=8, rule_files=[rule]),
        build(home, models={"seg_loyal": "changed"}, rule_files=[rule]),
        build(home, "update ml.customer_clusters set model_version = '4'", rule_files=[rule]),
        build(
            home,
            "insert into raw.loaded_files (source, file, sha256) values ('shop', '4', 'sha4')",
            rule_files=[rule],
        ),
        build(
            home,
            "insert into ops.ledger (file, kind) values ('00000009-consent.jsonl', 'consent')",
            rule_files=[rule],
        ),
        build(
            home,
            "insert into activation.fct_deliveries (target, customer_id) values ('crm', 'c001')",
            rule_files=[rule],
        ),
    ]
    rule.write_text("sources: {shop: {kind: events}}")
    others.append(build(home, rule_files=[rule]))

    assert len({first.build_id, *(other.build_id for other in others)}) == len(others) + 1


def test_records_that_no_table_holds_yet_are_not_another_build(home):
    first = build(home)
    again = build(
        home,
        """
        insert into ops.ledger (file, kind)
        values ('00000009-build.jsonl', 'build'), ('00000010-delivery.jsonl', 'delivery');
        insert into raw.loaded_files (source, file, sha256)
        values ('tessera_ledger', '00000009-build.jsonl', 'sha9');
        """,
    )

    assert first == again
