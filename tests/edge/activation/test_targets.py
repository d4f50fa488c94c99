import pytest

from edge.activation.targets import load
from tests.conftest import PROJECT
from tests.edge.activation.sending import PURPOSES


def test_the_targets_of_the_repository_are_valid_and_ads_get_no_contact_data():
    targets = load(PROJECT / "config" / "targets.yml", PURPOSES).targets

    assert {name: target.kind for name, target in targets.items()} == {
        "crm_files": "files",
        "ads_files": "files",
        "demo_webhook": "webhook",
    }
    assert not targets["demo_webhook"].maps_contacts
    assert targets["crm_files"].maps_contacts
    assert not targets["ads_files"].maps_contacts


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("kind: files, format: csv", "crm.files.purpose: Field required"),
        ("kind: files, format: xml, purpose: ads", "'csv', 'jsonl' or 'parquet'"),
        ("kind: fax, format: csv, purpose: ads", "Input tag 'fax'"),
        ("kind: files, format: csv, purpose: ads, colour: red", "colour: no such key"),
        ("kind: files, format: csv, purpose: selling", "no purpose 'selling'; there are ads"),
        ("kind: files, format: csv, purpose: ads, columns: {a: email}", "should match pattern"),
        ("kind: files, format: csv, purpose: ads, columns: {a: 'customers.x; y'}", "pattern"),
        ("kind: files, format: csv, purpose: ads, columns: {a: raw.events}", "should match"),
        (
            "kind: files, format: csv, purpose: ads, columns: {operation: customers.country}",
            "operation is written by us",
        ),
        (
            "kind: files, format: csv, purpose: ads, columns: {email: contacts.email}",
            "the purpose ads may not have contact data",
        ),
        (
            "kind: files, format: csv, purpose: ads, columns: {sex: features.gender}",
            "features.gender is sensitive and needs explicit consent: only the purpose "
            "sensitive_traits may use it, not ads",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_where(tmp_path, target, reason):
    path = tmp_path / "targets.yml"
    path.write_text(f"targets: {{crm: {{{target}}}}}")
    with pytest.raises(ValueError, match=reason) as refused:
        load(path, PURPOSES)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["warehouse", "triggers", "published"])
def test_a_target_may_not_be_named_like_what_stands_beside_it(tmp_path, name):
    path = tmp_path / "targets.yml"
    path.write_text(f"targets: {{{name}: {{kind: files, format: csv, purpose: ads}}}}")
    with pytest.raises(ValueError, match="choose another name"):
        load(path, PURPOSES)
