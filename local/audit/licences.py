"""Under which licences everything comes: packages, the model, and the data that it has learned from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from local.audit.accepted import Accepted
from local.audit.advisories import Run, run_tool
from local.audit.locks import NODE_FOLDERS, PYTHON_LOCKS, SHIPPED, Package, node_packages, normal, python_packages
from local.audit.part import Part

# What packages write into their metadata -> SPDX. Source: the trove classifiers of PyPI, https://spdx.org/licenses/
_SPDX = {
    "mit license": "MIT", "mit no attribution license (mit-0)": "MIT-0", "apache software license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0", "bsd license": "BSD-3-Clause", "3-clause bsd license": "BSD-3-Clause",
    "python software foundation license": "PSF-2.0", "isc license (iscl)": "ISC",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0", "the unlicense (unlicense)": "Unlicense",
    "us-government publication": "US-Government-Works", "cc by 4.0": "CC-BY-4.0", "cc by 3.0": "CC-BY-3.0",
    "cc0 1.0": "CC0-1.0", "research data; issue texts under alv2 s. 5": "Apache-2.0",
}  # fmt: skip
_NO_LICENCE = {"dfsg approved"}  # a classifier beside the licence
_ENVIRONMENTS = (".venv", ".venv-sam", ".venv-models", ".venv-audit")


def licences(root: Path, accepted: Accepted, installed: Mapping[str, str]) -> list[Part]:
    """Hold every licence against the list."""
    known = {**installed, **accepted.licences}
    shipped = {each for lock in SHIPPED for each in python_packages(root / lock)}
    python = {each for lock in PYTHON_LOCKS for each in python_packages(root / lock)}
    parts = [
        _judged("licences of the layer and the image", shipped, known, accepted.shipped),
        _judged("licences of Python tools", python - shipped, known, accepted.shipped | accepted.tools),
    ]
    node = [each for name in NODE_FOLDERS for each in node_packages(root / name / "package-lock.json")]
    told = {each.name: accepted.licences.get(each.name, each.licence) for each in node}
    parts.append(_judged("licences of the dashboard", {one for one in node if one.shipped}, told, accepted.shipped))
    tools = {each for each in node if not each.shipped}
    parts.append(_judged("licences of Node tools", tools, told, accepted.shipped | accepted.tools))
    sources = data_licences((root / "models" / "README.md").read_text(encoding="utf-8"))
    data = {Package(name, "") for name in sources}
    parts.append(_judged("licences of the model and its data", data, sources, accepted.shipped))
    return parts


def installed_licences(root: Path, run: Run = run_tool) -> dict[str, str]:
    """Return the licence of what is installed in our environments, by name."""
    tool, found = str(root / ".venv-audit" / "bin" / "pip-licenses"), {}
    for name in _ENVIRONMENTS:
        python = root / name / "bin" / "python"
        if not python.exists():
            continue
        said = run([tool, "--python", str(python), "--from=mixed", "--with-system", "--format=json"], root)
        for each in json.loads(said or "[]"):
            found[normal(each["Name"])] = str(each["License"])
    return found


def _judged(name: str, packages: Iterable[Package], known: Mapping[str, str], allowed: frozenset[str]) -> Part:
    wanted = sorted(one for one in packages if not one.elsewhere)
    missing = [one for one in wanted if one.name not in known]
    found = [
        f"{one.name} {one.version}: {known[one.name] or 'says no licence'}"
        for one in wanted
        if one.name in known and not permitted(known[one.name], allowed)
    ]
    unchecked = [f"{one.name} {one.version} is not installed here, so its licence is not known" for one in missing]
    return Part(name, f"{len(wanted)} of them", found, unchecked)


def permitted(licence: str, allowed: frozenset[str]) -> bool:
    """Tell whether an expression is fulfilled by licences of the list: of `A OR B` one, of `A AND B` both."""
    text = licence.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    if _SPDX.get(text.lower()) in allowed:
        return True
    if " OR " in text or " or " in text:
        return any(permitted(one, allowed) for one in re.split(r" (?:OR|or) ", text))
    parts = [one for one in re.split(r" AND | and |; ", text) if one.lower().strip() not in _NO_LICENCE]
    if len(parts) > 1:
        return all(permitted(one, allowed) for one in parts)
    return bool(parts) and _SPDX.get(parts[0].lower().strip(), parts[0].strip()) in allowed


def data_licences(card: str) -> dict[str, str]:
    """Return the rows of the model card's table of sources: what it has learned from, and what it is made of."""
    table = card.split("## Data and licences", 1)[1].split("\n### ", 1)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")
    ]
    return {row[0]: row[1] for row in rows[2:]}
