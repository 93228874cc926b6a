"""What is publicly known against the packages: pip-audit and npm audit, each after a proof that it can see anything.

Both tools end well when they could look nothing up. pip-audit leaves out what its service does not know, a mirror may
answer every question with an empty list, and an index without that service says 404. So a package is asked about first
that is known to be vulnerable: where nothing is said against that one, everything counts as not looked at.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local.audit.accepted import Accepted
from local.audit.locks import NODE_FOLDERS, PYTHON_LOCKS, Package, node_packages, normal, python_packages
from local.audit.part import Part

# Known for years: CVE-2019-10906 among others, and CVE-2021-44906.
KNOWN_PYTHON = Package("jinja2", "2.4.1")
KNOWN_NODE = Package("minimist", "0.0.8")
_LIMIT_S = 600

Run = Callable[[Sequence[str], Path], str]


def run_tool(command: Sequence[str], folder: Path) -> str:
    """Run a command; return what it prints, however it ends: what counts is in there."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=_LIMIT_S)
    return done.stdout


def python_advisories(root: Path, accepted: Accepted, today: date, run: Run = run_tool) -> Part:
    """Ask about every package of every Python lock."""
    pip_audit = str(root / ".venv-audit" / "bin" / "pip-audit")
    locks = {lock: python_packages(root / lock) for lock in PYTHON_LOCKS}
    wanted = sorted({Package(one.name, one.version) for packages in locks.values() for one in packages})
    looked_at = f"{len(wanted)} packages of {len(locks)} locks"
    answers = _ask_python(pip_audit, [KNOWN_PYTHON], run)
    if not answers.get(KNOWN_PYTHON):
        return Part("pip-audit", looked_at, unchecked=[_blind(KNOWN_PYTHON, looked_at)])
    answers = _ask_python(pip_audit, wanted, run)
    unchecked = [f"{each.name} {each.version} could not be looked up" for each in wanted if each not in answers]
    found = [
        f"{each.name} {each.version}: {', '.join(names)} ({', '.join(_locked_in(each, locks))})"
        for each, advisories in answers.items()
        for names in advisories
        if not accepted.stands(names, today)
    ]
    return Part("pip-audit", looked_at, found, unchecked)


def _locked_in(package: Package, locks: Mapping[str, Sequence[Package]]) -> list[str]:
    wanted = (package.name, package.version)
    return [lock for lock, packages in locks.items() if wanted in {(one.name, one.version) for one in packages}]


def _ask_python(pip_audit: str, packages: Sequence[Package], run: Run) -> dict[Package, list[list[str]]]:
    """Return the names of the advisories on each package; one that was not looked up is missing."""
    answers: dict[Package, list[list[str]]] = {}
    # One requirement a name: pip-audit refuses a file that names a package twice.
    versions: dict[str, list[Package]] = {}
    for each in packages:
        versions.setdefault(each.name, []).append(each)
    for number in range(max(map(len, versions.values()), default=0)):
        part = [same[number] for same in versions.values() if len(same) > number]
        answers |= _ask_once(pip_audit, part, run)
    return answers


def _ask_once(pip_audit: str, packages: Sequence[Package], run: Run) -> dict[Package, list[list[str]]]:
    with TemporaryDirectory() as folder:
        lines = [f"{each.name}=={each.version}\n" for each in packages]
        Path(folder, "requirements.txt").write_text("".join(lines), encoding="utf-8")
        options = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "--timeout", "5", "-f", "json"]
        said = _json(run([pip_audit, "-r", "requirements.txt", *options], Path(folder)))
    dependencies = said.get("dependencies", []) if isinstance(said, dict) else []
    return {
        Package(normal(each["name"]), each["version"]): [[one["id"], *one["aliases"]] for one in each["vulns"]]
        for each in dependencies
        if "vulns" in each and "skip_reason" not in each
    }


def node_advisories(root: Path, accepted: Accepted, today: date, run: Run = run_tool) -> list[Part]:
    """Ask about the packages of the dashboard and of its browser tests."""
    with TemporaryDirectory() as folder:
        _write_lock(Path(folder), KNOWN_NODE)
        seen = _ask_node(Path(folder), run)
    parts = []
    for name in NODE_FOLDERS:
        looked_at = f"{len(node_packages(root / name / 'package-lock.json'))} packages of {name}"
        answer = _ask_node(root / name, run) if seen else None
        if answer is None:
            parts.append(Part("npm audit", looked_at, unchecked=[_blind(KNOWN_NODE, looked_at)]))
            continue
        found = [each for each, names in answer.items() if not accepted.stands(names, today)]
        parts.append(Part("npm audit", looked_at, found))
    return parts


def _ask_node(folder: Path, run: Run) -> dict[str, list[str]] | None:
    """Return advisories in words, with their names; None if nobody answered."""
    said = _json(run(["npm", "audit", "--package-lock-only", "--json"], folder))
    if not isinstance(said, dict) or not isinstance(said.get("vulnerabilities"), dict):
        return None
    advisories: dict[str, list[str]] = {}
    for entry in said["vulnerabilities"].values():
        for cause in entry["via"]:
            if isinstance(cause, dict):  # a word names another package that brings it along
                name = str(cause["url"]).rpartition("/")[2]
                advisories[f"{cause['name']} {cause['range']}: {name}, {cause['title']}"] = [name]
    return advisories


def _write_lock(folder: Path, package: Package) -> None:
    """Write a lock that holds one package; nothing is installed from it."""
    needs = {package.name: package.version}
    manifest = {"name": "known", "version": "1.0.0", "dependencies": needs}
    lock = {
        "name": "known",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "packages": {"": manifest, f"node_modules/{package.name}": {"version": package.version}},
    }
    (folder / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")


def _blind(known: Package, looked_at: str) -> str:
    return (
        f"{looked_at}: the service says nothing against {known.name} {known.version}, which is known to be vulnerable; "
        "it cannot be reached from here, or a mirror answers in its place"
    )


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
