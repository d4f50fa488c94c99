"""A rebuild has the build's files and no others, and says what came out otherwise."""

import json
from datetime import datetime

import pytest

from dagster_project.rebuild import rebuilding
from edge import landing, ledger

NOW = datetime.fromisoformat("2026-03-01T04:00:00")
MEMBERS = [["lapsed_customers", 2, "hash of two"], ["recent_buyers", 1, "hash of one"]]


def build(settings, build_id, files, **facts):
    """Record a build of some files in a home's ledger."""
    payload = {
        "build_id": build_id,
        "as_of": "2026-02-28T00:00:00",
        "seed": 9,
        "files": files,
        "rules": {"dbt": "a"},
        "models": {"customer_clusters": ["3"]},
        "members": MEMBERS,
        **facts,
    }
    ledger.append(settings.landing, "build", [payload], NOW)


def land(settings, name, text):
    landed = landing.put(text, name=name, source="shop", landing=settings.landing)
    return landed.file


def sha(text):
    return rebuilding.hashlib.sha256(text).hexdigest()


@pytest.fixture
def first(settings):
    """Return the first file of a build that a later file and a later build have followed."""
    name = land(settings, "a.jsonl", b"first")
    build(settings, "b1b1", [["shop", name, sha(b"first")]])
    land(settings, "b.jsonl", b"second")
    build(settings, "b2b2", [["shop", name, sha(b"first")]])
    return name


def refreshing(**facts):
    """Stand in for the refresh, which is the platform's own: it records a build at its end."""
    seen = {}

    def refresh(scratch):
        files = sorted(path for path in scratch.landing.glob("*/*") if path.is_file())
        seen.update(
            files=[f"{path.parent.name}/{path.name}" for path in files],
            seed=scratch.seed,
            as_of=scratch.as_of,
        )
        build(scratch, "again", [], **facts)

    return refresh, seen


def rebuilt(settings, monkeypatch, build_id="b1", **facts):
    refresh, seen = refreshing(**facts)
    monkeypatch.setattr(rebuilding, "_refresh", refresh)
    return rebuilding.rebuild(settings, build_id, lambda line: None), seen


def test_the_rebuild_has_the_files_moment_and_seed_of_the_build(settings, first, monkeypatch):
    found, seen = rebuilt(settings, monkeypatch, "b2")
    assert seen == {
        "files": [f"shop/{first}", "tessera_ledger/00000002-build.jsonl"],
        "seed": 9,
        "as_of": "2026-02-28T00:00:00",
    }
    assert (found.is_same, found.changed) == (True, ())
    assert list((settings.home / "tmp").iterdir()) == []


def test_other_members_are_a_difference_and_other_rules_are_named(settings, first, monkeypatch):
    found, _ = rebuilt(
        settings,
        monkeypatch,
        members=[MEMBERS[0], ["recent_buyers", 1, "another hash"], ["new_visitors", 4, "hash"]],
        rules={"dbt": "b", "seg_new_visitors": "c"},
        models={"customer_clusters": ["4"]},
    )
    assert not found.is_same
    assert [(x.name, x.members, x.rebuilt_members, x.is_same) for x in found.segments] == [
        ("lapsed_customers", 2, 2, True),
        ("new_visitors", 0, 4, False),
        ("recent_buyers", 1, 1, False),
    ]
    assert found.changed == ("rule dbt", "rule seg_new_visitors", "model customer_clusters")


def test_what_the_ledger_does_not_know_is_refused(settings, first, monkeypatch):
    with pytest.raises(LookupError, match="no build begins with 'c'; the newest are b1b1, b2b2"):
        rebuilt(settings, monkeypatch, "c")
    with pytest.raises(LookupError, match="several builds begin with 'b'"):
        rebuilt(settings, monkeypatch, "b")


def test_a_landing_file_that_is_gone_or_altered_is_named(settings, first, monkeypatch):
    path = settings.landing / "shop" / first
    path.write_bytes(b"altered")
    with pytest.raises(LookupError, match=f"shop/{first} is not what it was"):
        rebuilt(settings, monkeypatch)
    path.unlink()
    with pytest.raises(LookupError, match=f"shop/{first}, of which the build was made, is gone"):
        rebuilt(settings, monkeypatch)


def test_a_build_without_members_cannot_be_compared(settings, monkeypatch):
    payload = json.loads(json.dumps({"build_id": "old", "files": []}))
    ledger.append(settings.landing, "build", [payload], NOW)
    with pytest.raises(LookupError, match="old was recorded without its members"):
        rebuilt(settings, monkeypatch, "old")


def test_a_home_without_a_build_says_what_to_do(settings):
    with pytest.raises(LookupError, match="nothing was built yet: tessera run refresh_segments"):
        rebuilding.rebuild(settings, "b1", print)
