"""The locks: which packages, in which versions, for what."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?P<marker>[^\n]*)", re.MULTILINE)
# On systems that nothing of ours runs on, packages are locked, and installed nowhere.
_ELSEWHERE = re.compile(r"; .*(sys_platform == '(win32|emscripten)'|platform_system == 'Windows')")
# What is packed into the layer and the image; everything else is for us.
SHIPPED = ("layers/core/requirements.txt", "requirements/runtime.txt")
PYTHON_LOCKS = (
    *SHIPPED, "requirements/dev.txt", "requirements/sam.txt", "requirements/models.txt", "requirements/audit.txt",
    "requirements/pip.txt",
)  # fmt: skip
NODE_FOLDERS = ("dashboard", "dashboard/e2e")


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """One pinned package; the licence as its lock tells it, if that does.

    Attributes:
        shipped: Given to others, as far as the lock tells.
        elsewhere: For Windows or a browser alone.
    """

    name: str
    version: str
    licence: str = ""
    shipped: bool = False
    elsewhere: bool = False


def python_packages(lock: Path) -> list[Package]:
    """Return what a lock of uv's pins, whatever the platform; a package may stand there in two versions."""
    return sorted(
        {
            Package(normal(match["name"]), match["version"], elsewhere=_ELSEWHERE.search(match["marker"]) is not None)
            for match in _PIN.finditer(lock.read_text(encoding="utf-8"))
        }
    )


def node_packages(lock: Path) -> list[Package]:
    """Return what a package-lock.json pins; shipped is what the built pages may hold."""
    entries = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return sorted(
        {
            Package(
                path.rpartition("node_modules/")[2],
                entry["version"],
                str(entry.get("license", "")),
                not (entry.get("dev") or entry.get("devOptional") or entry.get("optional")),
            )
            for path, entry in entries.items()
            if path and not entry.get("link")
        }
    )


def normal(name: str) -> str:
    """Return a name as PyPI compares it. Source: https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return re.sub(r"[-_.]+", "-", name).lower()
