"""What samconfig.toml says of an environment.

The SAM CLI replaces the file's parameters by those of its command line, all of them. Ours are merged, so that one more
parameter does not forget the others.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.errors import LocalStackError
from local.overrides import parse_overrides


@dataclass(frozen=True)
class Environment:
    """A place to deploy to.

    Attributes:
        name: The word after `--config-env`.
        stack_name: The name of its stack.
        parameters: The template's parameters that it sets.
    """

    name: str
    stack_name: str
    parameters: dict[str, str]


def read_environments(path: Path) -> dict[str, Environment]:
    """Return the environments that name a stack.

    Raises:
        LocalStackError: The file cannot be read.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LocalStackError(f"{path} cannot be read: {error}") from error
    return {
        name: _environment(name, section)
        for name, section in document.items()
        if isinstance(section, dict) and "stack_name" in _parameters(section, "global")
    }


def read_environment(path: Path, name: str) -> Environment:
    """Return one environment.

    Raises:
        LocalStackError: There is none of that name; the message tells those that are there.
    """
    environments = read_environments(path)
    if name not in environments:
        raise LocalStackError(f"{path.name} has no environment {name!r}, it has {', '.join(environments)}")
    return environments[name]


def _environment(name: str, section: dict[str, Any]) -> Environment:
    overrides = _parameters(section, "deploy").get("parameter_overrides", [])
    words = [overrides] if isinstance(overrides, str) else overrides
    return Environment(name, _parameters(section, "global")["stack_name"], parse_overrides(words))


def _parameters(section: dict[str, Any], command: str) -> dict[str, Any]:
    parameters: dict[str, Any] = section.get(command, {}).get("parameters", {})
    return parameters
