"""The rules of this repository that no linter knows."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from dagster_project.cli import app
from tests.conftest import PROJECT

MODELS = PROJECT / "dbt" / "models"
PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "marts": ("dim_", "fct_"),
    "features": ("ftr_",),
    "segments": ("seg_", "dim_", "fct_"),
    "activation": ("fct_",),
    "ops": ("privacy_",),
}
PACKAGES = ("dagster_project", "edge", "ml", "expectations", "bench")
SQL_WORDS = re.compile(
    r"^\s*(select\s.+\sfrom|insert\s+into|create\s+(or\s+replace\s+)?(table|view|schema)"
    r"|delete\s+from|update\s+\S+\s+set|attach\s|copy\s*\(|with\s+\w+\s+as\s*\()",
    re.IGNORECASE | re.DOTALL,
)
HOSTS = re.compile("py" + r"pi\.org|python" + r"hosted\.org|registry\." + r"npmjs\.org")


def tracked(*suffixes):
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    files = [PROJECT / name for name in listed if not suffixes or Path(name).suffix in suffixes]
    return [file for file in files if file.is_file()]


def python_files():
    return [file for file in tracked(".py") if file.relative_to(PROJECT).parts[0] in PACKAGES]


def described_models():
    found = {}
    for file in MODELS.rglob("*.yml"):
        for model in (yaml.safe_load(file.read_text()) or {}).get("models", []):
            found[model["name"]] = model
    return found


def test_each_model_has_the_prefix_of_its_folder():
    wrong = [
        str(file.relative_to(MODELS))
        for file in MODELS.rglob("*.sql")
        if not file.name.startswith(PREFIXES[file.relative_to(MODELS).parts[0]])
    ]
    assert wrong == []


def test_each_model_has_a_description_that_ends_in_its_grain():
    models = described_models()
    names = {file.stem for file in MODELS.rglob("*.sql") if not file.stem.startswith("seg_")}
    assert names - set(models) == set()
    without_grain = {
        name
        for name in names
        if not re.search(
            r"one row (per|for)\b.*\.?\s*$", models[name].get("description", ""), re.I | re.S
        )
    }
    assert without_grain == set()


def test_each_model_says_its_grain_in_its_first_line():
    wrong = [
        str(file.relative_to(MODELS))
        for file in MODELS.rglob("*.sql")
        if not re.match(r"\{#-?.*one row ", file.read_text(), re.I | re.S)
    ]
    assert wrong == []


def test_sources_are_read_in_staging_and_made_tables_after_it():
    allowed = {
        "staging": {"raw"},
        "intermediate": {"raw", "ops", "intermediate"},
        "marts": {"intermediate"},
        "features": {"ml"},
        "segments": {"ml", "ops", "segments"},
        "activation": {"ops"},
        "ops": {"ops"},
    }
    wrong = [
        (str(file.relative_to(MODELS)), source)
        for file in MODELS.rglob("*.sql")
        for source in re.findall(r"source\(\s*'(\w+)'", file.read_text())
        if source not in allowed[file.relative_to(MODELS).parts[0]]
    ]
    assert wrong == []


def test_no_python_stands_under_dbt():
    assert list((PROJECT / "dbt").rglob("*.py")) == []


def test_files_keep_their_size():
    caps = {".py": 400, ".sql": 150}
    long = {
        str(file.relative_to(PROJECT)): lines
        for file in tracked(*caps)
        if (lines := file.read_text().count("\n")) > caps[file.suffix]
    }
    assert long == {}


def test_sql_stands_in_sql_files():
    found = []
    for file in python_files():
        tree = ast.parse(file.read_text())
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        found += [
            f"{file.relative_to(PROJECT)}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and SQL_WORDS.match(node.value)
        ]
    assert found == []


def test_modules_are_nouns_for_what_they_hold():
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc", "lib"}
    assert [str(file) for file in python_files() if file.stem in vague] == []


def test_each_makefile_target_says_what_it_does():
    targets = re.findall(r"^([a-z-]+):(.*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert [name for name, rest in targets if "## " not in rest] == []


def test_no_registry_host_is_named():
    named = [
        str(file.relative_to(PROJECT))
        for file in tracked()
        if HOSTS.search(file.read_text(errors="ignore"))
    ]
    assert named == []


def test_each_segment_is_in_the_list_of_members_and_its_settings_exist():
    purposes = yaml.safe_load((PROJECT / "config" / "purposes.yml").read_text())
    targets = yaml.safe_load((PROJECT / "config" / "targets.yml").read_text())
    members = (MODELS / "segments" / "fct_segment_history.sql").read_text() + (
        MODELS / "segments" / "fct_segment_members.sql"
    ).read_text()
    for file in (MODELS / "segments").glob("seg_*.sql"):
        text = file.read_text()
        assert f"'{file.stem}'" in members or f'"{file.stem}"' in members, file.stem
        purpose = re.search(r"purpose\s*=\s*'(\w+)'", text)
        assert purpose, f"{file.name} names no purpose"
        assert purpose[1] in str(purposes), purpose[1]
        listed = re.search(r"targets\s*=\s*\[([^\]]*)\]", text)
        for target in re.findall(r"'(\w+)'", listed[1] if listed else ""):
            assert target in str(targets), target
        for owner in re.findall(r"owner\s*=\s*'([^']+)'", text):
            assert "@" in owner


def test_dbt_shows_each_target_as_an_exposure():
    exposures = yaml.safe_load((MODELS / "segments" / "_exposures.yml").read_text())["exposures"]
    targets = yaml.safe_load((PROJECT / "config" / "targets.yml").read_text())["targets"]
    assert {exposure["name"] for exposure in exposures} == set(targets)


@pytest.mark.parametrize("group", ["", "segment", "models", "consent"])
def test_every_command_says_what_it_does_in_one_whole_line(group):
    # what is left of a terminal of 80 columns
    told = CliRunner().invoke(app, [*group.split(), "--help"], terminal_width=78).stdout
    assert "Commands:" in told
    assert "..." not in told.split("Commands:")[1]


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_each_make_target_and_command_in_a_document_exists(document):
    text = (PROJECT / document).read_text()
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^\s*make ([a-z-]+)", text, re.MULTILINE)) <= targets
    commands = {
        name if isinstance(name, str) else name.__name__
        for entry in (*app.registered_commands, *app.registered_groups)
        if (name := entry.name or entry.callback)
    }
    assert (
        set(re.findall(r"^\s*(?:TESSERA_HOME=\S+ )?tessera ([a-z]+)", text, re.MULTILINE))
        <= commands
    )
