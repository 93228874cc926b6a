"""Template parameters: defaults, `--parameter-overrides`, and the checks that CloudFormation would make."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from local.errors import TemplateError

_LONG_FORM = re.compile(r"ParameterKey=(?P<key>[^,]+),ParameterValue=(?P<value>.*)", re.DOTALL)


def parse_overrides(words: Iterable[str]) -> dict[str, str]:
    """Read SAM's two spellings: `Key=Value`, and `ParameterKey=Key,ParameterValue=Value`.

    One word may hold several pairs, as `--parameter-overrides "A=1 B=2"` does.

    Raises:
        TemplateError: A word is neither.
    """
    overrides: dict[str, str] = {}
    for word in words:
        for pair in shlex.split(word):
            match = _LONG_FORM.fullmatch(pair)
            key, equals, value = (match["key"], "=", match["value"]) if match else pair.partition("=")
            if not key or not equals:
                raise TemplateError(f"--parameter-overrides: {pair!r} is not Key=Value")
            overrides[key] = value
    return overrides


def parameter_values(declared: Mapping[str, Any], overrides: Mapping[str, str]) -> dict[str, Any]:
    """Return each parameter's value: the override, else the default.

    Raises:
        TemplateError: Names the parameter that is unknown, missing or refused by its constraints.
    """
    for name in overrides:
        if name not in declared:
            close = difflib.get_close_matches(name, declared, n=1)
            hint = f"; did you mean {close[0]}?" if close else f"; it has {', '.join(sorted(declared)) or 'none'}"
            raise TemplateError(f"--parameter-overrides: the template has no parameter {name}{hint}")
    return {name: _value(name, declaration, overrides) for name, declaration in declared.items()}


def _value(name: str, declaration: Mapping[str, Any], overrides: Mapping[str, str]) -> Any:
    value = overrides.get(name, declaration.get("Default"))
    if value is None:
        raise TemplateError(f"Parameter {name} has no default: give --parameter-overrides {name}=…")
    kind = str(declaration.get("Type", "String"))
    if kind == "Number":
        return _number(name, value, declaration)
    text = str(value)
    allowed = declaration.get("AllowedValues")
    if allowed and text not in [str(item) for item in allowed]:
        raise TemplateError(f"Parameter {name} is {text!r}; allowed: {', '.join(map(str, allowed))}")
    pattern = declaration.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, text):
        raise TemplateError(f"Parameter {name} is {text!r}; it must match {pattern}")
    if kind.startswith("List<") or kind == "CommaDelimitedList":
        return [item.strip() for item in text.split(",")] if text else []
    return text


def _number(name: str, value: Any, declaration: Mapping[str, Any]) -> int | float:
    try:
        number = int(value)
    except ValueError:
        try:
            return float(value)
        except ValueError:
            raise TemplateError(f"Parameter {name} is {value!r}; it must be a number") from None
    low, high = declaration.get("MinValue"), declaration.get("MaxValue")
    if (low is not None and number < low) or (high is not None and number > high):
        raise TemplateError(f"Parameter {name} is {number}; it must lie between {low} and {high}")
    return number
