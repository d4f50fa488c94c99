"""Which version of a model is champion or challenger, and which were champion before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION, CHALLENGER = "champion", "challenger"
ALL = (CHAMPION, CHALLENGER)
PROMOTED, NOT_PROMOTED = "promoted", "not_promoted"  # tags whose value is the reason
HISTORY = "champions"  # a tag of the model: the numbers of its champions so far, the last in use


def crown(client: MlflowClient, name: str, number: int, reason: str) -> None:
    """Make a version the champion; a challenger that becomes it is none any more."""
    past = history(client, name)
    client.set_registered_model_alias(name, CHAMPION, str(number))
    if number_of(client, name, CHALLENGER) == number:
        client.delete_registered_model_alias(name, CHALLENGER)
    client.set_model_version_tag(name, str(number), PROMOTED, reason)
    _remember(client, name, [*(one for one in past if one != number), number])


def challenge(client: MlflowClient, name: str, number: int, reason: str) -> None:
    """Say why a version did not become the champion; it is the challenger until the next one."""
    client.set_registered_model_alias(name, CHALLENGER, str(number))
    client.set_model_version_tag(name, str(number), NOT_PROMOTED, reason)


def uncrown(client: MlflowClient, name: str, reason: str) -> tuple[int, int]:
    """Put the champion before this one back, and return both numbers, the new one first."""
    past = history(client, name)
    if len(past) < 2:
        raise LookupError(f"{name} has had no other champion to go back to")
    fallen, back = past[-1], past[-2]
    client.set_registered_model_alias(name, CHAMPION, str(back))
    client.set_model_version_tag(name, str(back), PROMOTED, reason)
    client.set_model_version_tag(name, str(fallen), NOT_PROMOTED, reason)
    client.delete_model_version_tag(name, str(fallen), PROMOTED)
    _remember(client, name, past[:-1])
    return back, fallen


def number_of(client: MlflowClient, name: str, alias: str) -> int | None:
    """Find the number of the version that bears an alias."""
    from mlflow.exceptions import MlflowException

    try:
        return int(client.get_model_version_by_alias(name, alias).version)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def history(client: MlflowClient, name: str) -> list[int]:
    """Give the numbers of all champions, the one in use last."""
    told = client.get_registered_model(name).tags.get(HISTORY, "")
    found = [int(number) for number in told.split(",") if number]
    current = number_of(client, name, CHAMPION)
    # a champion of before the history was kept, or one whose promotion was cut short
    if current is not None and (not found or found[-1] != current):
        found = [*(number for number in found if number != current), current]
    return found


def _remember(client: MlflowClient, name: str, numbers: list[int]) -> None:
    client.set_registered_model_tag(name, HISTORY, ",".join(map(str, numbers)))
