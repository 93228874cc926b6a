"""The tables of docs/scaling.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import fill

from local.cost import Prices, total
from local.inventory import inventory
from local.scaling.advice import beyond, settings_for, with_parameters
from local.scaling.bill import million_tickets
from local.scaling.burst import Mapping as Worked
from local.scaling.burst import simulate
from local.scaling.demand import demands, worker_s
from local.scaling.facts import Facts, read_facts
from models.sections import table

RATES_PER_S = (1_000, 10_000)
BURST_RATES_PER_S = (100, 1_000, 10_000)
BURST_S = 60.0
_WIDTH = 120


def section(root: Path) -> str:
    """Return the tables in Markdown."""
    facts = read_facts(root)
    parts = [_limits(facts), _settings(facts), _bursts(facts), _cost(root, facts), _provenance(facts)]
    return "\n\n".join(parts)


def _limits(facts: Facts) -> str:
    rows = [
        [
            it.what,
            it.formula,
            figure(it.limit),
            f"`{it.set_by}`" if it.set_by else "AWS",
            figure(it.met_at_per_s),
            it.then,
        ]
        for it in demands(facts)
    ]
    header = ["limit", "R tickets/s need", "there is", "set by", "met at tickets/s", "beyond it"]
    return f"### What is met first, at the template's defaults\n\n{table(header, rows)}"


def _settings(facts: Facts) -> str:
    parts = []
    for rate in RATES_PER_S:
        settings = settings_for(facts, rate)
        scarce = beyond(with_parameters(facts, settings), rate)
        rows = [[it.what, figure(it.need(rate)), figure(it.limit), figure(it.met_at_per_s)] for it in scarce]
        lines = [
            f"### For {rate:,} tickets/s",
            "Set (`--parameter-overrides`), with half as much again in reserve:",
            "```text\n" + fill(" ".join(f"{it.parameter}={it.value}" for it in settings), _WIDTH) + "\n```",
            "No parameter helps with:" if rows else "Nothing else is short, for as long as that rate lasts.",
            table(["limit", "needed", "there is", "met at tickets/s"], rows) if rows else "",
        ]
        parts.append("\n\n".join(filter(None, lines)))
    return "\n\n".join(parts)


def _bursts(facts: Facts) -> str:
    rows = []
    for rate in BURST_RATES_PER_S:
        advised = {it.parameter: it.value for it in settings_for(facts, rate)}
        default = facts.number("StandardConcurrency")
        most = min(facts.limits["mapping_concurrency"], advised.get("StandardConcurrency", default))
        for name, maximum in dict.fromkeys((("default", default), ("advised", most))):
            found = simulate(rate * (1 - facts.express_share), BURST_S, _worked(facts, maximum))
            rows.append(
                [
                    f"{rate:,}", f"{name}: {maximum:.0f}", figure(found.most_waiting), _span(found.median_wait_s),
                    _span(found.longest_wait_s), _span(found.drained_s),
                ]
            )  # fmt: skip
    header = [
        "tickets/s for a minute",
        "`StandardConcurrency`",
        "waiting, at most",
        "median wait",
        "longest",
        "drained after",
    ]
    return f"### A burst: simulated\n\n{table(header, rows)}"


def _worked(facts: Facts, maximum: float) -> Worked:
    return Worked(
        maximum=maximum,
        first=min(maximum, facts.limits["mapping_first"]),
        growth_per_min=facts.limits["mapping_growth_per_min"],
        ticket_s=worker_s(facts),
        start_s=facts.assumed["worker_start_s"],
    )


def _cost(root: Path, facts: Facts) -> str:
    prices = Prices(root / "infra/prices.toml")
    lines = million_tickets(facts, inventory(root, {"CacheMode": "managed"}), prices)
    rows = [[_NAMES[it.what], figure(it.count), f"{it.usd:.2f}"] for it in lines]
    rows.append(["**together**", "", f"**{total(lines):.2f}**"])
    return f"### What a million tickets cost\n\n{table(['of which', 'count', 'US dollars'], rows)}"


_NAMES: Mapping[str, str] = {
    "http_request": "requests of the API",
    "lambda_request": "invocations",
    "lambda_gb_s": "GB-s of Lambda",
    "sqs_request": "requests of SQS",
    "cache_unit": "processing units of the cache",
    "log_gb": "GB of logs",
    "trace": "traces",
}


def _provenance(facts: Facts) -> str:
    return "\n".join(fill(line, _WIDTH, initial_indent="- ", subsequent_indent="  ") for line in _notes(facts))


def _notes(facts: Facts) -> Iterator[str]:
    yield f"What a ticket takes was measured by `make load` ({facts.measured_at})."
    assumed = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in facts.assumed.items())
    yield f"Assumed, as it takes an account to know: {assumed}."
    unconfirmed = ", ".join(facts.unconfirmed).replace("_", " ")
    yield f"Limits as of {facts.date}. No page of AWS could be opened for: {unconfirmed}."
    yield "Not in the cost: what stands by (README), the cache's GB-hours, the authorizer's few calls, data transfer."


def figure(value: float) -> str:
    """Write a number with two or three digits that mean something."""
    if value >= 1e9:
        return f"{value / 1e9:,.1f} G"
    if value >= 100:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.2g}" if value < 10 else f"{value:.0f}"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3_600:.1f} h"
