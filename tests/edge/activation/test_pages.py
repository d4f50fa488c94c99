"""Every page of ``docs/targets`` works as it stands."""

import json
import re
import shlex
from typing import get_args

import pytest
import yaml

from edge.activation.kinds.files import FilesTarget
from edge.activation.opening import open_sender
from edge.activation.rows import Row
from edge.activation.targets import RowsTarget, load
from edge.consent.purposes import Purpose, Purposes
from tests.conftest import PROJECT
from tests.edge.activation.kinds.answering import answering
from tests.edge.activation.kinds.sending import NOW
from tests.edge.activation.sending import PURPOSES

PAGES = PROJECT / "docs" / "targets"
KINDS = {
    get_args(config.model_fields["kind"].annotation)[0]
    for config in (FilesTarget, *get_args(RowsTarget))
}
VALUES = {
    "contacts.email": "ann@example.com",
    "customers.country": "DE",
    "features.open_cart_items": 3,
}


def blocks(kind, language):
    text = (PAGES / f"{kind}.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def targets_of(kind, folder):
    """Return the targets of a page, loaded as ``config/targets.yml`` is, with its purposes."""
    purposes = dict(PURPOSES.purposes)
    found = {}
    for block in blocks(kind, "yaml"):
        for name, words in yaml.safe_load(block).get("purposes", {}).items():
            purposes[name] = Purpose(**words)
    for block in blocks(kind, "yaml"):
        if "targets" in yaml.safe_load(block):
            path = folder / "targets.yml"
            path.write_text(block)
            found |= load(path, Purposes(purposes=purposes)).targets
    return found


def environment_of(kind):
    words = [word for block in blocks(kind, "sh") for word in shlex.split(block)]
    return dict(word.split("=", 1) for word in words if "=" in word)


def test_each_kind_has_a_page_and_each_page_a_kind():
    assert {path.stem for path in PAGES.glob("*.md")} - {"README"} == KINDS
    table = (PAGES / "README.md").read_text()
    assert set(re.findall(r"\]\((\w+)\.md\)", table)) == KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_examples_of_a_page_load_and_open_with_its_environment(kind, tmp_path):
    targets = targets_of(kind, tmp_path)
    assert {config.kind for config in targets.values()} == {kind}
    for name, config in targets.items():
        if kind != "files":
            open_sender(name, config, environment_of(kind)).close()


@pytest.mark.parametrize("kind", sorted(kind for kind in KINDS - {"files"} if blocks(kind, "json")))
def test_what_a_page_says_arrives_is_what_arrives(kind, tmp_path):
    name, config = next(iter(targets_of(kind, tmp_path).items()))
    fields = {column: VALUES.get(source) for column, source in config.columns.items()}
    with answering() as place:
        environment = environment_of(kind)
        if config.url_env is None:
            config = config.model_copy(update={"url_env": "URL"})
        environment[config.url_env] = place.url
        config = config.model_copy(update={"allow_private_addresses": True})
        way = open_sender(name, config, environment, lambda: NOW)
        way.send([Row("loyal_customers", "c1", "add", "k1", fields)])
        way.close()
    (shown,) = blocks(kind, "json")
    assert place.asked[0].content == json.loads(shown)
