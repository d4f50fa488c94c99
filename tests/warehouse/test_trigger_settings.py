"""What a trigger may say of itself, and what is refused: the macro alone, without a project."""

import jinja2
import pytest

from dagster_project.dbt_project import PROJECT_DIR

FILE = "models/segments/seg_recovery.sql"
LEAST = {"entered_at": "left_at", "events": "cart_event_ids"}
NIGHT = {"from_hour": 22, "to_hour": 7, "then": "delay"}


class Returned(Exception):
    """What a macro of dbt gives back."""


class Refused(Exception):
    """A compiler error."""


def settings(given, purpose="marketing_email"):
    """Return the completed settings, as dbt's own ``return`` would."""

    def give_back(value):
        raise Returned(value)

    class Exceptions:
        @staticmethod
        def raise_compiler_error(message):
            raise Refused(message)

    environment = jinja2.Environment(extensions=["jinja2.ext.do"])  # noqa: S701 - SQL, not HTML
    environment.globals |= {
        "var": lambda name: {"trigger_holdout_share": 0}[name],
        "return": give_back,
        "exceptions": Exceptions,
    }
    text = (PROJECT_DIR / "macros" / "trigger.sql").read_text()
    module = environment.from_string(text).module
    with pytest.raises(Returned) as returned:
        module.trigger_settings(given, purpose, FILE)
    return returned.value.args[0]


def test_what_is_not_said_has_a_default():
    assert settings(LEAST) == {
        **LEAST,
        "delay_minutes": 0,
        "cap": {"times": 1, "days": 7},
        "quiet_hours": None,
        "priority": 0,
        "expires_minutes": 1440,
        "channel_purpose": "marketing_email",
        "holdout_share": 0.0,
    }
    assert settings({**LEAST, "quiet_hours": NIGHT})["quiet_hours"] == NIGHT


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("weekly", "a mapping of settings, got weekly"),
        ({"events": "ids"}, "entered_at must be a name, got None"),
        ({"entered_at": "left_at"}, "events must be a name, got None"),
        ({**LEAST, "delay": 5}, "no setting delay; there are entered_at, events, delay_minutes"),
        ({**LEAST, "delay_minutes": -1}, "delay_minutes must be a whole number from 0 to 10080"),
        ({**LEAST, "delay_minutes": 2.5}, "delay_minutes must be a whole number"),
        ({**LEAST, "priority": True}, "priority must be a whole number from 0 to 1000, got True"),
        ({**LEAST, "expires_minutes": 4}, "expires_minutes must be a whole number from 5"),
        ({**LEAST, "cap": {"times": 1}}, "cap must be {'times': ..., 'days': ...}"),
        ({**LEAST, "cap": {"times": 0, "days": 7}}, "cap.times must be a whole number from 1"),
        ({**LEAST, "cap": {"times": 1, "days": 91}}, "cap.days must be a whole number from 1"),
        ({**LEAST, "quiet_hours": {"from_hour": 22}}, "quiet_hours must be {'from_hour': ..."),
        ({**LEAST, "quiet_hours": NIGHT | {"to_hour": 24}}, "quiet_hours.to_hour must be a whole"),
        ({**LEAST, "quiet_hours": NIGHT | {"to_hour": 22}}, "must end at another hour"),
        ({**LEAST, "quiet_hours": NIGHT | {"then": "drop"}}, "must be delay or suppress, got drop"),
        ({**LEAST, "holdout_share": 1.5}, "holdout_share must be a share from 0 to 1, got 1.5"),
        ({**LEAST, "channel_purpose": None}, "channel_purpose must be a name, got None"),
    ],
)
def test_a_wrong_setting_is_refused_by_file_name_and_what_to_write(given, message):
    with pytest.raises(Refused) as refused:
        settings(given)
    assert str(refused.value).startswith(f"{FILE}: trigger: ")
    assert message in str(refused.value)
