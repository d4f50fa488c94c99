import re

import pytest
import yaml

from dagster_project.clusters import settings as cluster_settings
from tests.conftest import PROJECT

FILE = PROJECT / "config" / "clusters.yml"


def loaded(tmp_path, change):
    content = yaml.safe_load(FILE.read_text())
    change(content)
    path = tmp_path / "clusters.yml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return cluster_settings.load(path)


def test_the_columns_that_are_read_are_those_of_features_and_strata(tmp_path):
    def only_two(content):
        content["features"] = {
            "spend": {"of": "monetary"},
            "rate": {"of": "cart_adds_90_days", "per": "sessions_90_days"},
        }
        content["sets"] = {"all": ["spend", "rate"]}
        content["labels"] = [{"label": "rich", "at_least": {"spend": 1}}]

    settings = loaded(tmp_path, only_two)

    assert settings.numbers == ("monetary", "cart_adds_90_days", "sessions_90_days", "is_known")
    assert [feature.name for feature in settings.recipes()["all"].features] == ["spend", "rate"]
    assert settings.rules()[0].at_least == {"spend": 1}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: c["sets"]["value"].append("wealth"), "sets.value names wealth, which is none"),
        (lambda c: c.update(order_by="wealth"), "order_by names wealth"),
        (lambda c: c["labels"][0]["at_least"].update(wealth=1), "names wealth, which is none of"),
        (lambda c: c["labels"].append(c["labels"][0]), "two rules are called high-value"),
        (lambda c: c["labels"].append({"label": "x"}), "'x' has no bound"),
        (lambda c: c.update(scalling="robust"), "scalling: no such key"),
        (lambda c: c["features"]["spend"].update(missing="mean"), r"features\.spend\.missing"),
        (lambda c: c.update(correlated=2), "correlated: Input should be less than or equal to 1"),
        (lambda c: c.update(sets={}), "sets: "),
    ],
)
def test_a_mistake_is_one_line_that_says_where(tmp_path, change, told):
    with pytest.raises(ValueError, match=told) as error:
        loaded(tmp_path, change)

    assert "\n" not in str(error.value)


def test_every_column_of_the_file_is_a_feature_of_the_customers():
    described = (PROJECT / "dbt" / "models" / "features" / "_features.yml").read_text()

    settings = cluster_settings.load(FILE)

    columns = set(re.findall(r"name: (\w+)", described))
    assert set(settings.numbers) - columns == set()
