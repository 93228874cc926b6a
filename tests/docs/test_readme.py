"""README and its neighbours say what the code does: commands, settings, error codes, metrics, routes, files."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path

import pytest

from local.__main__ import COMMANDS
from local.expectations import load_cases
from tests.template.observability import ALARMS, PAGE, QUERIES
from ticketrouter import settings
from ticketrouter.domain.access import OPEN_ROUTES, ROUTE_SCOPES
from ticketrouter.domain.alert import KINDS
from ticketrouter.domain.errors import RouterError
from ticketrouter.edge.http import STATUS
from ticketrouter.telemetry import EMITTED_BY, Metric

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
DOCUMENTS = {path.name: path.read_text() for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]}
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def table_rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading."""
    section = README.split(f"{heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table is not None, heading
    lines = table.group().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_number_of_events_is_right() -> None:
    cases = len(load_cases(ROOT / "events"))
    assert f"\n{cases} of {cases} as expected\n" in README


def settings_classes() -> list[type]:
    return [kind for name, kind in inspect.getmembers(settings, inspect.isclass) if name.endswith("Settings")]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_command_named_exists(name: str) -> None:
    assert set(re.findall(r"`?\bmake ([a-z-]+)\b(?=[`\s]*(?:ARGS|\n|`|#|:| {2,}))", DOCUMENTS[name])) <= TARGETS


def test_every_make_command_is_explained() -> None:
    explained = {re.sub(r"`make (.+)`", r"\1", row[0]) for row in table_rows("## Running it")}
    assert explained == TARGETS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_local_command_named_exists(name: str) -> None:
    known = set(COMMANDS)
    assert set(re.findall(r"python -m local ([a-z]+)", DOCUMENTS[name])) <= known


def test_the_settings_table_is_the_settings_classes() -> None:
    rows = {row[0].strip("`"): {word.strip() for word in row[1].split(",")} for row in table_rows("### Settings")}
    expected: dict[str, set[str]] = {}
    for kind in settings_classes():
        for setting in dataclasses.fields(kind):
            expected.setdefault(setting.name, set()).add(kind.__name__.removesuffix("Settings").lower())
    assert rows == expected


def test_settings_have_one_default_everywhere_and_the_readme_has_it() -> None:
    meanings = {row[0].strip("`"): row[2] for row in table_rows("### Settings")}
    for kind in settings_classes():
        for setting in dataclasses.fields(kind):
            if isinstance(setting.default, int) and not isinstance(setting.default, bool):
                assert f"Default {setting.default:,}." in meanings[setting.name]


def http_errors() -> dict[str, int]:
    def with_subclasses(kind: type[RouterError]) -> list[type[RouterError]]:
        return [kind, *(each for sub in kind.__subclasses__() for each in with_subclasses(sub))]

    bases = {kind.__mro__[1] for kind in STATUS}
    return {
        kind.code: status
        for base, status in STATUS.items()
        for kind in with_subclasses(base)
        if kind not in bases and not kind.__subclasses__()
    }


def test_the_error_table_is_the_error_tree() -> None:
    rows = {row[0].strip("`"): int(row[1].split()[0]) for row in table_rows("### Errors")}
    assert rows == http_errors() | {"internal": 500}


def test_the_metrics_table_is_the_metrics() -> None:
    named = {name for row in table_rows("### Metrics") for name in re.findall(r"`(\w+)`", row[0])}
    assert named == {metric.value for metric in Metric}


def test_the_metrics_table_says_from_where() -> None:
    everywhere = set(EMITTED_BY[Metric.COLD_START])
    rows = {
        name: everywhere if row[1] == "all" else {word.strip() for word in row[1].split(",")}
        for row in table_rows("### Metrics")
        for name in re.findall(r"`(\w+)`", row[0])
    }
    assert rows == {metric.value: set(words) for metric, words in EMITTED_BY.items()}


def test_the_numbers_of_alarms_and_queries_are_right() -> None:
    text = " ".join(README.split())
    counted = re.search(r"(\d+) alarms watch; one more, made of twelve of them.* (\d+) saved queries", text)
    assert counted is not None
    assert (int(counted[1]), int(counted[2]), PAGE["AlarmRule"].count("ALARM(")) == (len(ALARMS), len(QUERIES), 12)


def test_the_api_table_is_the_routes() -> None:
    rows = table_rows("## The API")
    documented = {call: row[1] for row in rows for call in re.findall(r"`([A-Z]+ /[^`]*)`", row[0])}
    expected = {route: str(scope) for route, scope in ROUTE_SCOPES.items()}
    assert documented == expected | dict.fromkeys(OPEN_ROUTES - {"$default"}, "none")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_linked_file_exists(name: str) -> None:
    folder = ROOT if (ROOT / name).exists() else ROOT / "docs"
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", DOCUMENTS[name])
    assert [link for link in links if not (folder / link).exists()] == []


def test_nothing_is_left_to_fill_in() -> None:
    assert "@@" not in "".join(DOCUMENTS.values())


def test_every_folder_of_tests_is_explained() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and any(path.glob("test_*.py"))}
    assert folders == set(re.findall(r"^\| `tests/(\w+)`", CONTRIBUTING, re.MULTILINE))


def test_contributing_names_the_alert_kinds_home() -> None:
    assert "`KINDS` in `domain/alert.py`" in CONTRIBUTING
    assert "`domain/payload/`" in CONTRIBUTING
    assert all((ROOT / "layers/core/ticketrouter/domain/payload" / f"{kind}.py").exists() for kind in KINDS)


def test_readme_names_every_alert_kind() -> None:
    assert ", ".join(f"`{kind}`" for kind in KINDS) in README
