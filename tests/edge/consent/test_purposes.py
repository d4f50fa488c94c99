import pytest
import yaml

from edge.consent.purposes import load
from tests.conftest import PROJECT

KEPT = "description: x, legal_basis: consent, retention_days: 30"


def test_the_purposes_of_the_repository_are_valid_and_ask_before_they_write():
    purposes = load(PROJECT / "config" / "purposes.yml").purposes

    assert set(purposes) == {
        "analytics",
        "personalisation",
        "marketing_email",
        "ads",
        "sensitive_traits",
    }
    assert purposes["sensitive_traits"].explicit
    assert purposes["marketing_email"].without_answer == "denied"
    assert purposes["ads"].without_answer == "denied"
    assert not purposes["ads"].contact_data


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"purposes: {{ads: {{{KEPT}, without_answer: perhaps}}}}", "'granted' or 'denied'"),
        (f"purposes: {{ads: {{{KEPT}}}}}", "ads.without_answer: Field required"),
        (
            f"purposes: {{ads: {{{KEPT}, without_answer: denied, contacts: true}}}}",
            "contacts: no such key",
        ),
        (f"purposes: {{Ads!: {{{KEPT}, without_answer: denied}}}}", "should match pattern"),
        (f"purposes: {{ads: {{{KEPT}, without_answer: granted}}}}", "consent means denied"),
        (
            f"purposes: {{ads: {{{KEPT}, without_answer: denied, attributes: [age]}}}}",
            "sensitive attributes need explicit consent",
        ),
        (
            "purposes: {ads: {description: x, without_answer: denied, legal_basis: interest, "
            "retention_days: 1}}",
            "legal_basis: Input should be 'consent'",
        ),
        (
            f"deleted_after_days: 29\npurposes: {{ads: {{{KEPT}, without_answer: denied}}}}",
            "deleted_after_days must be at least 30",
        ),
        (
            f"purposes:\n  ads: {{{KEPT}, without_answer: denied}}\n"
            f"  ads: {{{KEPT}, without_answer: granted}}",
            "ads stands twice, the second time in line 3",
        ),
        ("", "valid dictionary"),
        ("purposes: [", "not valid YAML"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(tmp_path, text, reason):
    path = tmp_path / "purposes.yml"
    path.write_text(text)
    with pytest.raises(ValueError, match=reason) as refused:
        load(path)
    assert "\n" not in str(refused.value)
    assert "purposes.yml" in str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"purposes\.yml is missing"):
        load(tmp_path / "purposes.yml")


def test_the_tables_end_contacts_when_the_purposes_that_need_them_do():
    project = yaml.safe_load((PROJECT / "dbt" / "dbt_project.yml").read_text())
    configured = load(PROJECT / "config" / "purposes.yml")

    assert project["vars"]["contact_retention_days"] == configured.contact_days == 1095
    assert configured.longest_days == 1095
