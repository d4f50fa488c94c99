"""Reading a YAML file into its strict model; an error is one line that says what and where."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


def read(path: Path, model: type[Model]) -> Model:
    """Return the file's content as ``model``; raise ValueError for anything that does not fit."""
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.safe_load(text)
    except FileNotFoundError as error:
        raise ValueError(f"{path} is missing: restore it from the repository") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error
    for key in _repeated(yaml.compose(text, Loader=yaml.SafeLoader)):
        line = key.start_mark.line + 1
        raise ValueError(f"{path}: {key.value} stands twice, the second time in line {line}")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        is_unknown = first["type"] == "extra_forbidden"
        message = "no such key" if is_unknown else first["msg"].removeprefix("Value error, ")
        raise ValueError(f"{path}: {where}: {message}") from error


def _repeated(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """Yield each key that its mapping has already: YAML would silently take the last."""
    if isinstance(node, yaml.MappingNode):
        known = set()
        for key, value in node.value:
            if key.value in known:
                yield key
            known.add(key.value)
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated(item)
