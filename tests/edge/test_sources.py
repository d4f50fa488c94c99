import pytest

from edge import sources
from tests.conftest import PROJECT


def load(tmp_path, text):
    path = tmp_path / "sources.yml"
    path.write_text(text)
    return sources.load(path)


def test_a_source_that_is_not_named_holds_events_of_its_own(tmp_path):
    loaded = load(tmp_path, "sources: {}")
    assert (loaded.kind("app"), loaded.namespace("app"), loaded.columns("app")) == (
        "events",
        "app",
        {},
    )


def test_sources_may_share_a_namespace(tmp_path):
    loaded = load(
        tmp_path,
        "sources: {crm: {kind: customers, namespace: shop, columns: {user_id: number}}}",
    )
    assert loaded.kind("crm") == "customers"
    assert loaded.namespace("crm") == loaded.namespace("shop") == "shop"
    assert loaded.columns("crm") == {"user_id": "number"}


def test_the_project_s_own_file_is_valid():
    loaded = sources.load(PROJECT / "config" / "sources.yml")
    assert loaded.kind("shop") == "events"
    assert loaded.kind("online_retail") == "online_retail"
    assert loaded.namespace("customers") == "shop"
    assert set(loaded.columns("customers")) <= set(sources.CUSTOMER_COLUMNS)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("sources: {shop: {kind: event}}", "sources.shop.kind", "'events'"),
        ("sources: {shop: {kind: events, colour: red}}", "sources.shop.colour", "no such key"),
        ("sources: {Shop: {kind: events}}", "sources.Shop", "pattern"),
        ("source: {}", "source", "no such key"),
        ("sources: {crm: {kind: customers}}", "sources.crm", "user_id"),
        ("sources: {crm: {kind: customers, columns: {email: a}}}", "sources.crm", "user_id"),
        ("sources: {crm: {kind: customers, columns: {mail: a, user_id: b}}}", "crm", "'email'"),
        (
            "sources: {crm: {kind: customers, columns: {user_id: A, email: a}}}",
            "crm",
            "same column",
        ),
        (
            "sources: {shop: {kind: events, columns: {user_id: a}}}",
            "sources.shop",
            "customers only",
        ),
        ("sources: {shop: {kind: 5}}", "sources.shop.kind", "'events'"),
        ("sources: {tessera_ledger: {kind: events}}", "the file", "no source"),
        ("sources: [", "YAML", "sources.yml"),
        ("", "the file", "dictionary"),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_what(tmp_path, text, where, what):
    with pytest.raises(ValueError, match="sources.yml") as raised:
        load(tmp_path, text)
    message = str(raised.value)
    assert where in message
    assert what in message
    assert "\n" not in message


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match="sources.yml is missing"):
        sources.load(tmp_path / "sources.yml")
