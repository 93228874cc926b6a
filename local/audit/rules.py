"""ruff's rules of security (those of bandit), over the router and over the command lines beside it."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

from local.audit.accepted import Accepted
from local.audit.advisories import Run, run_tool
from local.audit.part import Part

ROUTER = ("layers", "functions")
_WAIVER = re.compile(r"# noqa: (?P<codes>S\d{3}(?:, ?S\d{3})*)(?P<reason>.*)")


def security_rules(root: Path, accepted: Accepted, run: Run = run_tool) -> list[Part]:
    """Run them; a waiver in a line needs its reason beside it."""
    parts = [_part(root, folder, frozenset(), run) for folder in ROUTER]
    parts += [_part(root, folder, codes, run) for folder, codes in sorted(accepted.rules.items())]
    return parts


def _part(root: Path, folder: str, accepted: frozenset[str], run: Run) -> Part:
    # Isolated: without what pyproject.toml switches off.
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "S", "--output-format", "json", folder]
    said = run(command, root)
    if not said:
        return Part("ruff S", folder, unchecked=[f"{folder}: ruff did not run"])
    findings = json.loads(said)
    found = [
        f"{Path(each['filename']).relative_to(root)}:{each['location']['row']}: {each['code']} {each['message']}"
        for each in findings
        if each["code"] not in accepted
    ]
    files = sorted((root / folder).rglob("*.py"))
    found += [place for path in files for place in silent_waivers(path.read_text(encoding="utf-8"), path.name)]
    codes = Counter(each["code"] for each in findings if each["code"] in accepted)
    told = ", ".join(f"{code} {count} times" for code, count in sorted(codes.items()))
    return Part("ruff S", f"{len(files)} files of {folder}" + (f" (accepted: {told})" if told else ""), found)


def silent_waivers(source: str, name: str) -> list[str]:
    """Return the lines that switch a rule of security off without saying why."""
    return [
        f"{name}:{number}: {match['codes']} is switched off without a reason beside it"
        for number, line in enumerate(source.splitlines(), 1)
        if (match := _WAIVER.search(line)) and len(match["reason"].strip(" -()")) < 5
    ]
