"""docs/load-report.json: the figures of the last full runs, a key a part; and their table in docs/scaling.md."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.sections import table

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


def section(root: Path) -> str:
    """Return the table in Markdown: what was measured, its figure, and how busy the machine was."""
    known = read(root / REPORT)
    rows = []
    for part, rows_of in _PARTS.items():
        if part in known:
            load = known[part]["machine"]["load_average_1_5_15_min"][0]
            rows += [[what, figure, f"{load:.1f}"] for what, figure in rows_of(known[part])]
    return table(["measured", "figure", "load of the machine before"], rows)


def _of_handlers(figures: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, what in (
        ("ingest", "ingest, queue in memory"),
        ("worker_in_tens", "worker, batches of ten"),
        ("worker_alone", "worker, tickets that come alone"),
        ("dispatcher", "dispatcher, webhook in memory"),
    ):
        of_one, redis = figures[name], figures[name]["redis"]
        unit = "alerts" if name == "dispatcher" else "tickets"
        took = of_one["invocation"]
        yield f"{what}: a core", f"{of_one['per_s_per_core']:,.0f} {unit}/s"
        yield f"{what}: invocation, p50 / p99", f"{took['p50_ms']:.1f} / {took['p99_ms']:.1f} ms"
        yield f"{what}: Redis", f"{redis['commands']:.1f} commands, {redis['cache_units']:.0f} units"


def _of_capacity(figures: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "capacity of the local stack, all of it on these cores", f"{figures['capacity_per_s']:.0f} tickets/s"
    yield "the next step", f"{figures['steps'][-1]['rate_per_s']:.0f} tickets/s: {', '.join(figures['broken_by'])}"


def _of_steady(figures: dict[str, Any]) -> Iterator[tuple[str, str]]:
    latency, plain = figures["latency"], figures["uncorrected"]
    minutes = figures["seconds"] / 60
    growth = {name: mb for name, mb in figures["memory_growth_mb"].items() if name != "redis"}
    most = max(growth, key=lambda name: growth[name])
    yield f"steady, {minutes:.0f} min: posted", f"{figures['rate_per_s']:.0f} tickets/s, {figures['requests']:,} in all"
    yield "POST, p50 / p99, from the scheduled time", f"{latency['p50_ms']:.0f} / {latency['p99_ms']:.0f} ms"
    yield "POST, p50 / p99, from the sending", f"{plain['p50_ms']:.0f} / {plain['p99_ms']:.0f} ms"
    yield "median by thirds of the run", f"{', '.join(f'{it:.0f}' for it in figures['thirds_p50_ms'])} ms"
    yield "the process that grew most", f"{most}: {growth[most]:.1f} MB"
    yield "Redis, for a ticket", f"{figures['redis_bytes_per_ticket']:,} bytes"
    yield "lost, untold, told twice", f"{figures['lost']}, {figures['untold']}, {figures['told_twice']}"
    yield "load of the machine afterwards", f"{figures['load_after'][0]:.1f}"
    yield "did not hold", "; ".join(figures["broken"]) or "nothing"


def _of_overload(figures: dict[str, Any]) -> Iterator[tuple[str, str]]:
    express, standard, backlog = figures["express_urgent_ms"], figures["standard_urgent_ms"], figures["highest_backlog"]
    seconds = figures["seconds"]
    yield f"overload, {seconds:.0f} s: posted", f"{figures['rate_per_s']:.0f} tickets/s, {figures['requests']:,} in all"
    yield "answers", ", ".join(f"{status}: {count:,}" for status, count in figures["statuses"].items())
    yield "tickets that exist though their post was refused", f"{figures['unanswered']}"
    yield "waiting, at most", ", ".join(f"{lane} {count:,}" for lane, count in backlog.items())
    yield "accepted to alerted, express lane, p50 / p95", f"{express['p50_ms']:.0f} / {express['p95_ms']:.0f} ms"
    yield "the same, urgent tickets of the standard lane", f"{standard['p50_ms']:,.0f} / {standard['p95_ms']:,.0f} ms"
    yield "drained, after the last post", f"{figures['drained_s']:.0f} s"
    yield "lost, untold, told twice in the overload", f"{figures['lost']}, {figures['untold']}, {figures['told_twice']}"
    yield "did not hold in the overload", "; ".join(figures["broken"]) or "nothing"


_PARTS = {"handlers": _of_handlers, "capacity": _of_capacity, "steady": _of_steady, "overload": _of_overload}
