"""What a million tickets cost when many come at once: batches are full, and little is traced."""

from __future__ import annotations

from collections.abc import Sequence

from local.cost import Line, Prices
from local.inventory import Item
from local.scaling.demand import dispatcher_s, ingest_s, units_of_ticket, worker_s
from local.scaling.facts import Facts

TICKETS = 1_000_000
_MB_A_GB = 1024
_ACCESS_LOG_BYTES = 230  # Source: docs/logs.md


def million_tickets(facts: Facts, items: Sequence[Item], prices: Prices) -> list[Line]:
    """Return the lines of the bill, with one destination."""
    fill, alerts = facts.assumed["batch_fill"], facts.alerts
    gb = {it.name: float(it.properties["MemorySize"]) / _MB_A_GB for it in items if it.kind == "AWS::Lambda::Function"}
    gb_s = (
        gb["IngestFunction"] * ingest_s(facts)
        + gb["WorkerFunction"] * worker_s(facts)
        + gb["DispatcherFunction"] * alerts * dispatcher_s(facts)
    )
    invocations = 1 + 1 / fill + alerts
    own_log = sum(float(facts.measured[it]["log_bytes"]) for it in ("ingest", "worker_in_tens"))
    own_log += alerts * float(facts.measured["dispatcher"]["log_bytes"])
    log_bytes = own_log + invocations * prices.fact("lambda_log_bytes") + _ACCESS_LOG_BYTES
    counts = {
        "http_request": 1.0,
        "lambda_request": invocations,
        "lambda_gb_s": gb_s,
        "sqs_request": 1 + 2 / fill + alerts * (1 / fill + 2),  # send one by one, receive and delete together
        "cache_unit": units_of_ticket(facts),
        "log_gb": log_bytes / 1e9,
        "trace": facts.assumed["traced_share"],
    }
    return [
        Line("1,000,000 tickets", name, TICKETS * count, TICKETS * count * prices.usd(name))
        for name, count in counts.items()
    ]
