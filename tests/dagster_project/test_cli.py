import pytest
import typer
from typer.testing import CliRunner

from dagster_project.cli import app, main

SHOP = ("simulate", "--customers", "1", "--days", "1", "--seed", "1")


@pytest.mark.parametrize("start", ["tomorrow", "2026-13-01", ""])
def test_a_first_day_that_is_none_is_told_with_how_to_write_one(tmp_path, start):
    out = tmp_path / "shop"

    result = CliRunner().invoke(app, [*SHOP, "--start", start, "--out", str(out)])

    assert str(result.exception) == f"a day is ISO 8601, such as 2026-01-01, got {start!r}"
    assert not out.exists()


def test_a_variable_that_is_wrong_is_one_line(monkeypatch, capsys):
    monkeypatch.setenv("TESSERA_THREADS", "many")

    with pytest.raises(SystemExit, match="1"):
        main()

    told = "error: TESSERA_THREADS must be a whole number of at least 1, got 'many'\n"
    assert capsys.readouterr().err == told


def commands(group, path=()):
    """Yield the words that call each command of a group."""
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name))


def test_every_command_prints_for_people_and_for_programs():
    names = list(commands(typer.main.get_command(app)))
    helps = {name: CliRunner().invoke(app, [*name.split(), "--help"]).output for name in names}

    assert len(names) > 20
    assert [name for name, text in helps.items() if "table|json" not in text] == []
