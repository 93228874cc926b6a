"""docs/load-report.json: the figures of the last full runs, a key a part, each with the machine that it ran on."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REPORT = Path("docs/load-report.json")


def machine() -> dict[str, Any]:
    """Say where and when it was measured, and how busy the machine was: others may share it."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "load_average_1_5_15_min": [round(it, 2) for it in os.getloadavg()],
        "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def read(path: Path) -> dict[str, Any]:
    """Return what is known so far."""
    if not path.exists():
        return {}
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return known


def merge(path: Path, figures: dict[str, Any]) -> None:
    """Replace the parts that were measured; the others stay."""
    text = json.dumps(read(path) | figures, indent=2, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
