"""`python -m local cost`: what a deployment costs, as a section of README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Annotated

import typer

from local.commands.terminal import ROOT, console
from local.cost import Line, Prices, busy_month_metrics, idle_month, thousand_tickets, total
from local.inventory import inventory
from models.sections import table, write_section

_EXTERNAL = {"CacheUrlSecretArn": "arn:aws:secretsmanager:us-east-1:000000000000:secret:cache"}
_MANAGED = {"CacheMode": "managed"}
_WIDTH = 120
# The columns, and what can be switched on in the last one.
MODES: Mapping[str, Mapping[str, str]] = {"CacheMode=external": _EXTERNAL, "CacheMode=managed": _MANAGED}
SWITCHES: Sequence[Mapping[str, str]] = (
    {"HighAvailability": "true"},
    {"IngestProvisionedConcurrency": "1"},
    {"WorkerProvisionedConcurrency": "1"},
    {"SnapStart": "PublishedVersions"},
    {"Deployment": "Canary10Percent5Minutes"},
)


def cost(write: Annotated[bool, typer.Option("--write", help="Put it into README.md.")] = False) -> None:
    """Print what a deployment costs, from the template and infra/prices.toml."""
    text = section(ROOT)
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    if write:
        write_into(ROOT / "README.md", text)


def write_into(document: Path, text: str) -> None:
    """Replace the section of a document.

    Raises:
        ValueError: The document has not exactly one pair of its markers.
    """
    write_section("cost", "make cost", text, document)


def section(root: Path) -> str:
    """Return the section in Markdown."""
    prices = Prices(root / "infra/prices.toml")
    bills = {mode: _bill(root, prices, given) for mode, given in MODES.items()}
    managed = total(bills["CacheMode=managed"])
    adds = {
        f"`{name}={value}`": total(_bill(root, prices, {**_MANAGED, name: value})) - managed
        for switch in SWITCHES
        for name, value in switch.items()
    }
    header = ["US dollars a month, nobody posting", *(f"`{mode}`" for mode in bills)]
    return f"{table(header, _rows(bills))}\n\n{_more(root, prices, adds)}"


def _bill(root: Path, prices: Prices, given: Mapping[str, str]) -> list[Line]:
    return idle_month(inventory(root, given), prices, own_secrets="CacheUrlSecretArn" in given)


def _rows(bills: Mapping[str, Sequence[Line]]) -> list[list[str]]:
    rows = []
    for group in dict.fromkeys(line.group for bill in bills.values() for line in bill):
        sums = [total([line for line in bill if line.group == group]) for bill in bills.values()]
        if any(sums):
            rows.append([group, *(f"{usd:.2f}" for usd in sums)])
    return [*rows, ["**together**", *(f"**{total(bill):.2f}**" for bill in bills.values())]]


def _more(root: Path, prices: Prices, adds: Mapping[str, float]) -> str:
    items = inventory(root, _MANAGED)
    metrics = [f"{it.usd:.2f} for the {it.count:.0f} {it.what}" for it in busy_month_metrics(items, prices) if it.count]
    lines = [
        f"Switches add, a month: {', '.join(f'{switch} {usd:.2f}' for switch, usd in adds.items())}.",
        f"1,000 tickets cost about {total(thousand_tickets(items, prices)):.2f}, if they come one by one.",
        "Metrics are paid by the hour in which they are written; all of them in every hour of a month: "
        f"{', '.join(metrics)}.",
        f"List prices of {prices.region}, {prices.date}. Not counted: free tier, tax, data transfer, a cache of yours.",
        f"Prices that no page of AWS could be opened for: {', '.join(prices.unconfirmed()).replace('_', ' ')}.",
    ]
    return "\n".join(fill(line, _WIDTH, initial_indent="- ", subsequent_indent="  ") for line in lines)
