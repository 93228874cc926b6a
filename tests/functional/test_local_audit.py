"""The audit: nothing that could not be looked at passes for clean, and what is accepted has a reason and an end."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from local.audit.accepted import Accepted, read_accepted
from local.audit.advisories import KNOWN_NODE, KNOWN_PYTHON, node_advisories, python_advisories
from local.audit.licences import data_licences, licences, permitted
from local.audit.locks import NODE_FOLDERS, PYTHON_LOCKS, SHIPPED, node_packages, python_packages
from local.audit.part import Ending, Part, ending_of
from local.audit.rules import security_rules, silent_waivers
from local.errors import LocalStackError

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)
NOTHING = Accepted(frozenset({"MIT"}), frozenset({"MPL-2.0"}), {}, {}, {})
Answer = Callable[[str, str], Any]


def pip_audit(answer: Answer) -> Callable[[Sequence[str], Path], str]:
    """Stand in for pip-audit: it is told of each package what to say; None leaves it out, as the tool does."""

    def run(command: Sequence[str], folder: Path) -> str:
        pins = [line.split("==") for line in (folder / "requirements.txt").read_text().splitlines()]
        assert len({name for name, _ in pins}) == len(pins)  # it refuses a name that stands there twice
        entries = [{"name": name, "version": version, **answer(name, version)} for name, version in pins]
        return json.dumps({"dependencies": entries, "fixes": []})

    return run


def clean_but(name: str = "", said: Any = None) -> Answer:
    known = {"vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": []}]}
    return lambda each, version: (
        known
        if (each, version) == (KNOWN_PYTHON.name, KNOWN_PYTHON.version)
        else said
        if each == name
        else {"vulns": []}
    )


def test_every_lock_is_looked_at() -> None:
    locks = {path.relative_to(ROOT).as_posix() for path in (ROOT / "requirements").glob("*.txt")}
    assert locks - {"requirements/models-overrides.txt"} <= set(PYTHON_LOCKS)
    assert {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("dashboard/**/package.json")
            if "node_modules" not in path.parts} == set(NODE_FOLDERS)  # fmt: skip


def test_a_service_that_answers_is_believed() -> None:
    part = python_advisories(ROOT, NOTHING, TODAY, pip_audit(clean_but()))
    assert (part.found, part.unchecked, part.ending) == ([], [], Ending.CLEAN)


@pytest.mark.parametrize("text", ["", "{}", "not JSON", '{"dependencies": []}'])
def test_a_tool_that_says_nothing_has_looked_at_nothing(text: str) -> None:
    assert python_advisories(ROOT, NOTHING, TODAY, lambda command, folder: text).ending is Ending.UNCHECKED


def test_a_mirror_that_says_that_all_is_well_is_not_believed() -> None:
    part = python_advisories(ROOT, NOTHING, TODAY, pip_audit(lambda name, version: {"vulns": []}))
    assert part.ending is Ending.UNCHECKED
    assert f"{KNOWN_PYTHON.name} {KNOWN_PYTHON.version}" in part.unchecked[0]


def test_one_package_that_was_left_out_is_said() -> None:
    skipped = {"skip_reason": "Dependency not found on PyPI and could not be audited"}
    part = python_advisories(ROOT, NOTHING, TODAY, pip_audit(clean_but("redis", skipped)))
    (sentence,) = part.unchecked
    assert sentence.startswith("redis ") and part.ending is Ending.UNCHECKED


def test_an_advisory_is_found_with_the_locks_that_have_it_and_may_be_accepted_for_a_time() -> None:
    known = {"vulns": [{"id": "PYSEC-7", "aliases": ["CVE-7", "GHSA-7"], "fix_versions": ["9"]}]}
    run = pip_audit(clean_but("redis", known))

    (found,) = python_advisories(ROOT, NOTHING, TODAY, run).found
    assert "PYSEC-7, CVE-7, GHSA-7" in found
    assert all(lock in found for lock in SHIPPED) and "sam.txt" not in found

    for until, ending in ((TODAY, Ending.CLEAN), (date(2026, 11, 21), Ending.FOUND)):
        accepted = Accepted(frozenset(), frozenset(), {}, {"CVE-7": until}, {})
        assert python_advisories(ROOT, accepted, TODAY, run).ending is ending


def npm_audit(known: bool, vulnerabilities: Any) -> Callable[[Sequence[str], Path], str]:
    def run(command: Sequence[str], folder: Path) -> str:
        if (folder / "package-lock.json").read_text().count(KNOWN_NODE.name) and folder.name not in (
            "dashboard",
            "e2e",
        ):
            found = {"minimist": _advisory("minimist", "GHSA-xvch")} if known else {}
            return json.dumps({"vulnerabilities": found})
        return json.dumps({"vulnerabilities": vulnerabilities} if vulnerabilities is not None else {"statusCode": 405})

    return run


def _advisory(name: str, advisory: str) -> dict[str, Any]:
    cause = {"name": name, "range": "<1", "title": "Prototype pollution", "url": f"https://example.com/{advisory}"}
    return {"name": name, "via": [cause, "another"]}


@pytest.mark.parametrize(
    ("known", "said", "ending"),
    [
        (True, {}, Ending.CLEAN),
        (False, {}, Ending.UNCHECKED),
        (True, None, Ending.UNCHECKED),
        (True, {"vite": _advisory("vite", "GHSA-1")}, Ending.FOUND),
    ],
)
def test_npm_is_believed_only_if_it_knows_what_is_known(known: bool, said: Any, ending: Ending) -> None:
    parts = node_advisories(ROOT, NOTHING, TODAY, npm_audit(known, said))
    assert [part.ending for part in parts] == [ending] * len(NODE_FOLDERS)


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("MIT License", True),
        ("MIT OR GPL-3.0", True),
        ("(GPL-2.0 OR MIT)", True),
        ("DFSG approved; MIT License", True),
        ("MIT AND GPL-3.0", False),
        ("GNU Affero General Public License v3", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_a_licence_is_held_against_the_list(licence: str, allowed: bool) -> None:
    assert permitted(licence, frozenset({"MIT"})) is allowed


def test_what_is_shipped_and_what_is_a_tool_have_lists_of_their_own() -> None:
    installed = {one.name: "MIT" for lock in PYTHON_LOCKS for one in python_packages(ROOT / lock)}
    accepted = Accepted(frozenset({"MIT"}), frozenset({"MPL-2.0"}), {}, {}, {})

    def found(name: str) -> list[str]:
        parts = licences(ROOT, accepted, installed | {name: "MPL-2.0"})
        return [part.name for part in parts if any(one.startswith(f"{name} ") for one in part.found)]

    assert found("redis") == ["licences of the layer and the image"]
    assert found("mypy") == []


def test_the_data_that_the_model_has_learned_from_is_in_the_list() -> None:
    sources = data_licences((ROOT / "models" / "README.md").read_text(encoding="utf-8"))
    accepted = read_accepted()
    assert "all-MiniLM-L6-v2" in sources and len(sources) > 5
    assert {name: one for name, one in sources.items() if not permitted(one, accepted.shipped)} == {}


def test_the_dashboards_packages_have_licences_of_the_list() -> None:
    accepted = read_accepted()
    shipped = [one for one in node_packages(ROOT / "dashboard/package-lock.json") if one.shipped]
    assert len(shipped) > 50
    assert [one for one in shipped if not permitted(one.licence, accepted.shipped)] == []


def test_what_is_accepted_has_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "accepted.toml"
    file.write_text('[licences]\nshipped=[]\ntools=[]\n[[rule]]\ncode="S101"\nfolders=["local"]\nreason=" "\n')
    with pytest.raises(LocalStackError, match="no reason is given"):
        read_accepted(file)
    assert read_accepted().rules.keys() == {"local", "models"}, "the router itself is held to every rule"


def test_the_router_breaks_no_rule_of_security_and_the_command_lines_none_without_a_reason() -> None:
    parts = security_rules(ROOT, read_accepted())
    assert [part.found for part in parts] == [[]] * 4
    assert [part.unchecked for part in parts] == [()] * 4
    strict = Accepted(frozenset(), frozenset(), {}, {}, {"local": frozenset()})
    assert security_rules(ROOT, strict)[-1].found, "without what is accepted, there are findings"


def test_a_rule_that_is_switched_off_without_a_reason_is_found() -> None:
    source = "a = 1  # noqa: S105\nb = 2  # noqa: S105 -- a word, not a secret\nc = 3  # noqa: S101, S603 --\n"
    assert [line.split(" is ")[0] for line in silent_waivers(source, "x.py")] == ["x.py:1: S105", "x.py:3: S101, S603"]


def test_something_found_counts_more_than_something_not_looked_at() -> None:
    clean, found, blind = Part("a", ""), Part("b", "", ["x"]), Part("c", "", (), ["y"])
    assert [ending_of(parts) for parts in ([clean], [clean, blind], [blind, found], [found])] == [0, 3, 1, 1]
