import pytest

from edge.tracking import load
from tests.conftest import PROJECT


def test_the_plan_of_the_repository_keeps_free_text_only_where_it_is_meant():
    rows = set(load(PROJECT / "config" / "tracking_plan.yml").rows())

    assert {event for event, name in rows if name == "query"} == {"Products Searched"}
    assert ("Product Viewed", "name") in rows
    assert ("Product Viewed", "price") in rows  # of every event
    assert ("*", "price") in rows
    assert ("*", "name") not in rows


def test_a_plan_that_keeps_nothing_is_one(tmp_path):
    path = tmp_path / "tracking_plan.yml"
    path.write_text("every_event: []\ncontext: []\ntraits: []")
    assert list(load(path).rows()) == [
        ("*", ""),
        ("(context)", ""),
        ("(context)", "consent"),  # what a person refuses is heard in any case
        ("(context)", "gpc"),
        ("(traits)", ""),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("every_event: [a b]", "should match pattern"),
        ("context: []\ntraits: []\nevents: {}", "every_event: Field required"),
        ("every_event: []\ntraits: []", "context: Field required"),
        ("every_event: []\ncontext: []\ntraits: []\nother: []", "other: no such key"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(tmp_path, text, reason):
    path = tmp_path / "tracking_plan.yml"
    path.write_text(text)
    with pytest.raises(ValueError, match=reason) as refused:
        load(path)
    assert "\n" not in str(refused.value)
