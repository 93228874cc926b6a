"""What the formulas are fed with: measured, of AWS, assumed, and of the template."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.errors import LocalStackError
from local.intrinsics import load_yaml
from local.load.report import REPORT
from local.overrides import parameter_values

LIMITS = Path("infra/limits.toml")
_CACHE = {"CacheMode": "managed"}


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it.

    Attributes:
        measured: `handlers` of docs/load-report.json.
        limits: AWS's, by name.
        unconfirmed: Names of those for which no page of AWS was seen.
        assumed: What could not be measured.
        parameters: Template parameters.
        date: Of the limits.
        measured_at: When it was measured, and where.
    """

    measured: Mapping[str, Any]
    limits: Mapping[str, float]
    unconfirmed: tuple[str, ...]
    assumed: Mapping[str, float]
    parameters: Mapping[str, Any]
    date: str
    measured_at: str

    @property
    def alerts(self) -> float:
        """Return the alerts of a ticket, to one destination."""
        return float(self.measured["alerts_per_ticket"])

    @property
    def express_share(self) -> float:
        """Return the share of tickets that takes the express lane."""
        return float(self.measured["express_share"])

    def cpu_s(self, what: str) -> float:
        """Return the processor seconds of a handler for a ticket or an alert."""
        return float(self.measured[what]["cpu_ms"]) / 1000

    def units(self, what: str, slot: str = "") -> float:
        """Return the cache's processing units of a handler for a ticket or an alert, of all slots or one."""
        redis = self.measured[what]["redis"]
        return float(redis["slots"].get(slot, {}).get("cache_units", 0.0) if slot else redis["cache_units"])

    def kept_bytes(self, what: str) -> float:
        """Return what the cache keeps for a ticket."""
        return float(self.measured["kept_bytes"][what])

    def number(self, parameter: str) -> float:
        """Return a parameter of the template."""
        return float(self.parameters[parameter])


def read_facts(root: Path, given: Mapping[str, str] | None = None) -> Facts:
    """Read all of it.

    Raises:
        LocalStackError: A file cannot be read, or nothing was measured yet.
    """
    try:
        report = json.loads((root / REPORT).read_text(encoding="utf-8"))
        table = tomllib.loads((root / LIMITS).read_text(encoding="utf-8"))
        measured = report["handlers"]
    except (OSError, ValueError, LookupError) as error:
        raise LocalStackError(f"{error!r}: run `python -m local load handlers --write` first") from error
    template = load_yaml((root / "template.yaml").read_text(encoding="utf-8"))
    machine = measured["machine"]
    load = machine["load_average_1_5_15_min"][0]
    return Facts(
        measured=measured,
        limits={name: float(it["value"]) for name, it in table["limit"].items()},
        unconfirmed=tuple(name for name, it in table["limit"].items() if not it["confirmed"]),
        assumed={name: float(it["value"]) for name, it in table["assumed"].items()},
        parameters=parameter_values(template["Parameters"], {**_CACHE, **(given or {})}),
        date=str(table["date"]),
        measured_at=f"{machine['at']}, {machine['cores']} cores shared with others, load {load}",
    )
