"""The audit says what holds personal data, where it goes, and what is new."""

from dataclasses import replace
from datetime import datetime

import duckdb

from dagster_project.privacy import audit
from dagster_project.privacy.audit import Audit, Column, Dropped, Flow, Use
from dagster_project.statements import statement
from edge.activation import targets
from edge.consent import purposes
from tests.conftest import PROJECT

AT = datetime.fromisoformat("2026-03-01T06:00:00")
FIRST = Audit(
    at=AT,
    columns=[Column("marts.dim_customer_contacts", "email", "email", "contacts only")],
    flows=[Flow("crm_files", "marketing_email", "contacts.email", is_contact=True)],
    uses=[Use("ads", "consent", "denied", 395, None)],
    dropped=[],
    changes=None,
)


def manifest(**columns):
    described = {name: {"name": name, "meta": meta} for name, meta in columns.items()}
    node = {"schema": "marts", "name": "dim_customer_contacts", "columns": described}
    return {"nodes": {"one": {"resource_type": "model", **node}, "two": {"resource_type": "test"}}}


def test_declared_columns_and_payloads_of_sources_are_listed_with_how_far_they_get():
    found = audit.columns(manifest(email={"pii": "email"}, customer_id={}))

    assert Column("marts.dim_customer_contacts", "email", "email", "contacts only") in found
    assert Column("raw.events", "properties", "payload", "not published") in found
    assert not [x for x in found if x.column == "customer_id"]


def test_what_targets_map_is_listed_and_contacts_are_told_apart():
    known = purposes.load(PROJECT / "config" / "purposes.yml")
    found = audit.flows(targets.load(PROJECT / "config" / "targets.yml", known))

    assert Flow("crm_files", "marketing_email", "contacts.email", is_contact=True) in found
    assert Flow("ads_files", "ads", "customers.country", is_contact=False) in found


def test_a_target_that_maps_nothing_is_told_who_is_who_and_one_of_hashes_is_not(tmp_path):
    path = tmp_path / "targets.yml"
    path.write_text(
        "targets:\n"
        "  hook: {kind: webhook, purpose: ads, url_env: A, secret_env: [B]}\n"
        "  list: {kind: files, format: csv, current_file: true, purpose: marketing_email,\n"
        "    audience: meta, columns: {email: contacts.email}}\n"
    )
    known = purposes.load(PROJECT / "config" / "purposes.yml")
    assert audit.flows(targets.load(path, known)) == [
        Flow("hook", "ads", "customer_id", is_contact=False),
        Flow("list", "marketing_email", "contacts.email", is_contact=True),
    ]


def test_the_next_audit_says_what_came_and_what_went(tmp_path):
    assert audit.changes(tmp_path, FIRST) is None
    page = audit.write(tmp_path, FIRST).read_text()
    assert "This is the first audit" in page
    assert "contacts.email" in page
    assert "too few to say" in page

    phone = Column("marts.dim_customer_contacts", "phone", "phone", "contacts only")
    now = replace(FIRST, columns=[phone])
    changes = audit.changes(tmp_path, now)
    assert changes == [
        "+ marts.dim_customer_contacts.phone holds phone: contacts only",
        "- marts.dim_customer_contacts.email holds email: contacts only",
    ]
    assert changes[0] in audit.write(tmp_path, replace(now, changes=changes)).read_text()
    assert audit.changes(tmp_path, now) == []
    assert "<p>Nothing.</p>" in audit.write(tmp_path, replace(now, changes=[])).read_text()


def test_what_the_tracking_plan_dropped_is_counted_by_name_unless_too_few_bear_it(tmp_path):
    with duckdb.connect() as connection:
        connection.execute(
            "create schema staging; create table staging.stg_segment__dropped_properties as "
            "from (values ('(context)', 'ip', 3), ('(context)', 'ip', 4), ('(traits)', 'iban', 5), "
            "('page', 'anns_diary', 4)) as given (event, property, events)"
        )
        rows = connection.execute(statement(audit.PACKAGE, "dropped"), {"minimum": 5}).fetchall()
    found = [Dropped(*row) for row in rows]
    assert found == [Dropped("(context)", "ip", 7), Dropped("(traits)", "iban", 5)]
    page = audit.write(tmp_path, replace(FIRST, dropped=found)).read_text()
    assert '<td>(context)</td><td>ip</td><td class="number">7</td>' in page
