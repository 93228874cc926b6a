"""Every regular expression of the package: found by walking its modules and their source, so that none is forgotten."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import ticketrouter

ROOT = Path(__file__).parents[3]

_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
_ONE_CHAR = (_constants.LITERAL, _constants.NOT_LITERAL, _constants.IN, _constants.ANY)
_CHARS = [chr(code) for code in (*range(0x250), 0x300, 0x660, 0x1E9E, 0x200B, 0x2019, 0x3002, 0xFF11, 0x1F600)]
_SCANNING = ("search", "sub", "split", "findall", "finditer")
_CALLS = frozenset({*_SCANNING, "fullmatch", "match"})
_HELD_AND_ANCHORED = frozenset({"_WHOLE"})  # redaction.accounts: at the place where an IBAN may begin


def modules() -> Iterator[ModuleType]:
    """Import and give every module that runs in AWS."""
    for found in pkgutil.walk_packages(ticketrouter.__path__, "ticketrouter."):
        yield importlib.import_module(found.name)
    for path in sorted((ROOT / "functions").glob("*/*.py")):
        if path.name != "slim.py":  # it makes the image and is no part of it
            yield importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern of the package.

    Attributes:
        pattern: It.
        scans: It is looked for all over a text, and not only at one place.
    """

    pattern: re.Pattern[str]
    scans: bool


@cache
def patterns() -> dict[str, Found]:
    """Return each pattern by its place: attributes of modules, whatever holds them, and those that stand in calls."""
    found: dict[str, Found] = {}
    for module in modules():
        source = inspect.getsource(module)
        for name, value in vars(module).items():
            for place, pattern in _inside(f"{module.__name__}.{name}", value):
                found[place] = Found(pattern, _scans(name, place, source))
        for number, (call, text) in enumerate(_in_calls(source)):
            found[f"{module.__name__}:call {number}"] = Found(re.compile(text), call in _SCANNING)
    unique: dict[tuple[str, int, bool], str] = {}
    for name, each in found.items():
        unique.setdefault((each.pattern.pattern, each.pattern.flags, each.scans), name)
    return {name: found[name] for name in unique.values()}


def _scans(name: str, place: str, source: str) -> bool:
    """Tell by the source of its module; of one that lies in a list or a dict, only those are known that are listed."""
    if place.endswith("]"):
        return name not in _HELD_AND_ANCHORED
    return re.search(rf"\b{name}\.(?:{'|'.join(_SCANNING)})\(", source) is not None


def _inside(name: str, value: Any) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield name, value
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _inside(f"{name}[{number}]", part)
    elif isinstance(value, dict) and not name.endswith("__"):
        for key, part in value.items():
            yield from _inside(f"{name}[{key}]", part)


def _in_calls(source: str) -> Iterator[tuple[str, str]]:
    """Give function and pattern of each call that names its pattern; `re.compile` alone makes an attribute."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(ast.Attribute(ast.Name("re"), call), [ast.Constant(str() as text), *_]) if call in _CALLS:
                yield call, text
            case ast.keyword("pattern", ast.Constant(str() as text)):
                yield "fullmatch", text


def nested_quantifiers(pattern: re.Pattern[str]) -> list[str]:
    """Return each endless repetition of an endless repetition that nothing keeps apart: `(a+)+`, which takes for ever.

    What keeps them apart is a character at the beginning of each round that the inner repetition cannot take.
    """
    return [str(body) for body in _endless(_parser.parse(pattern.pattern, pattern.flags)) if not _kept_apart(body)]


def _endless(tree: Any) -> Iterator[Any]:
    """Give the body of each repetition without a bound, however deep."""
    for kind, value in tree:
        for part in _bodies(kind, value):
            yield from _endless(part)
        if kind in _REPEATS and value[1] == _constants.MAXREPEAT:
            yield value[2]


def _bodies(kind: Any, value: Any) -> list[Any]:
    if kind in (*_REPEATS, _constants.POSSESSIVE_REPEAT):
        return [value[2]]
    if kind is _constants.SUBPATTERN:
        return [value[3]]
    if kind is _constants.BRANCH:
        return list(value[1])
    if kind in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [value[1]]
    return [value] if kind is _constants.ATOMIC_GROUP else []


def _kept_apart(body: Any) -> bool:
    inner = list(_endless(body))
    if not inner:
        return True
    first = next(iter(body))
    while first[0] is _constants.SUBPATTERN:
        first = next(iter(first[1][3]))
    if first[0] not in _ONE_CHAR:
        return False
    begins = _matcher([first])
    return not any(begins.fullmatch(char) and each.search(char) for each in map(_matcher, inner) for char in _CHARS)


def _matcher(items: Any) -> re.Pattern[str]:
    tree = _parser.SubPattern(_parser.State(), list(items))
    compiled: re.Pattern[str] = _compiler.compile(tree)
    return compiled


def example(tree: Any, turn: int) -> str:
    """Return a text that a pattern, or the beginning of one, is likely to match; another one for each turn."""
    return "".join(_example(kind, value, turn) for kind, value in tree)


def _example(kind: Any, value: Any, turn: int) -> str:
    if kind is _constants.LITERAL:
        return chr(value)
    if kind in (_constants.IN, _constants.NOT_LITERAL, _constants.ANY):
        fitting = list(filter(_matcher([(kind, value)]).fullmatch, _CHARS[0x20:0x7F] + _CHARS[0x250:] + _CHARS))
        return fitting[turn * 7 % len(fitting)] if fitting else ""
    if kind in (*_REPEATS, _constants.POSSESSIVE_REPEAT):
        return example(value[2], turn) * max(value[0], min(int(value[1]), turn))
    if kind is _constants.BRANCH:
        return example(value[1][turn % len(value[1])], turn)
    bodies = [] if kind in (_constants.ASSERT, _constants.ASSERT_NOT) else _bodies(kind, value)
    return "".join(example(body, turn) for body in bodies)
