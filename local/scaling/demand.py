"""What tickets need of each thing that is limited, as a function of their rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from local.scaling.facts import Facts
from ticketrouter.domain.digest import MAX_GAP_MS

_HIGHEST_RATE_PER_S = 10_000_000.0
_CACHE_CLIENTS = 2  # of a worker: the search for incidents has a connection of its own
_GB = 1e9
GROUPS = "{incidents}"
SLOT_OF_INCIDENTS = "slot of the incidents"


@dataclass(frozen=True, slots=True)
class Demand:
    """One limited thing.

    Attributes:
        what: Its name.
        formula: What a rate of R tickets/s needs of it, in words.
        need: The same as a function.
        limit: How much there is.
        set_by: The parameter of the template that says so; empty: AWS does.
        then: What becomes of the tickets beyond it.
    """

    what: str
    formula: str
    need: Callable[[float], float]
    limit: float
    set_by: str
    then: str

    @property
    def met_at_per_s(self) -> float:
        """Return the rate at which the need is the limit; every need grows with the rate."""
        low, high = 0.0, _HIGHEST_RATE_PER_S
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.need(middle) <= self.limit else (low, middle)
        return low


def worker_s(facts: Facts) -> float:
    """Return how long a worker is busy with a ticket, in a full batch: its work, the cache, the queue."""
    trips = float(facts.measured["worker_in_tens"]["redis"]["round_trips"])
    calls_s = facts.assumed["aws_call_ms"] / 1000 / facts.assumed["batch_fill"]  # one call for the alerts of a batch
    return facts.cpu_s("worker_in_tens") + trips * facts.assumed["cache_trip_ms"] / 1000 + calls_s


def ingest_s(facts: Facts) -> float:
    """Return how long ingest is busy with a ticket."""
    trips = float(facts.measured["ingest"]["redis"]["round_trips"])
    return facts.cpu_s("ingest") + (trips * facts.assumed["cache_trip_ms"] + facts.assumed["aws_call_ms"]) / 1000


def dispatcher_s(facts: Facts) -> float:
    """Return how long a dispatcher is busy with an alert; mostly it waits for the receiver."""
    trips = float(facts.measured["dispatcher"]["redis"]["round_trips"])
    waits_ms = trips * facts.assumed["cache_trip_ms"] + facts.assumed["receiver_ms"]
    return facts.cpu_s("dispatcher") + waits_ms / 1000


def units_of_ticket(facts: Facts, slot: str = "") -> float:
    """Return the cache's processing units of a ticket and its alerts, of all slots or one."""
    units = facts.units("ingest", slot) + facts.units("worker_in_tens", slot)
    if not slot and not facts.number("IncidentLimit"):
        units -= facts.units("worker_in_tens", GROUPS)
    return units + facts.alerts * facts.units("dispatcher", slot)


def window_units_per_s(facts: Facts, rate_per_s: float) -> float:
    """Return the units that reading the window of incidents takes: every busy worker reads every new vector.

    A unit is a kB there. Source: https://aws.amazon.com/elasticache/pricing/
    """
    if not facts.number("IncidentLimit"):
        return 0.0
    workers = max(1.0, rate_per_s * worker_s(facts))
    return rate_per_s * workers * facts.kept_bytes("vector") / 1024


def demands(facts: Facts) -> list[Demand]:
    """Return everything that is limited, the first to be met first."""
    return sorted([*_api(facts), *_functions(facts), *_queues(facts), *_cache(facts)], key=lambda it: it.met_at_per_s)


def _api(facts: Facts) -> Iterator[Demand]:
    limit = facts.number("RateLimitPerMinute") / 60
    yield Demand("rate of one key", "R, if one key posts all", _each(1), limit, "RateLimitPerMinute", "429")
    yield Demand("stage throttle", "R", _each(1), facts.number("ThrottleRate"), "ThrottleRate", "429")
    yield Demand("requests of the account's APIs", "R", _each(1), facts.limits["api_requests_per_s"], "", "429")


def _functions(facts: Facts) -> Iterator[Demand]:
    express, batch_s = facts.express_share, worker_s(facts)
    lanes = (("standard", 1 - express, "StandardConcurrency"), ("express", express, "ExpressConcurrency"))
    for lane, share, parameter in lanes:
        yield Demand(
            f"workers of the {lane} lane", f"R x {share:.2f} x {batch_s * 1000:.1f} ms", _each(share * batch_s),
            facts.number(parameter), parameter, "the lane's queue grows",
        )  # fmt: skip
    alert_s = facts.alerts * dispatcher_s(facts)
    yield Demand(
        "dispatchers, for each destination", f"R x {facts.alerts:.2f} x {dispatcher_s(facts) * 1000:.0f} ms",
        _each(alert_s), facts.number("AlertConcurrency"), "AlertConcurrency", "alerts come late",
    )  # fmt: skip
    busy_s = ingest_s(facts) + batch_s + alert_s
    yield Demand(
        "concurrency of the account", f"R x {busy_s * 1000:.1f} ms", _each(busy_s),
        facts.limits["lambda_concurrency"], "", "503 from the API; the queues grow",
    )  # fmt: skip
    accept_s = ingest_s(facts)
    yield Demand(
        "processes that ingest gains in 10 s", f"R x {accept_s * 1000:.1f} ms, all at once", _each(accept_s),
        facts.limits["lambda_growth_per_10_s"], "", "503 for seconds",
    )  # fmt: skip
    invocations = 1 + 1 / facts.assumed["batch_fill"] + facts.alerts
    yield Demand(
        "writes of logs", f"R x {invocations:.2f}, if each invocation is one", _each(invocations),
        facts.limits["log_requests_per_s"], "", "logs and metrics come late or not at all",
    )  # fmt: skip
    rate = facts.limits["lambda_concurrency"] * facts.limits["lambda_requests_per_s_per_concurrency"]
    yield Demand("synchronous calls of ingest", "R", _each(1), rate, "", "503")


def _queues(facts: Facts) -> Iterator[Demand]:
    gap_s = MAX_GAP_MS / 1000
    yield Demand(
        "alerts in flight, for a destination above its budget", f"R x {facts.alerts:.2f} x {gap_s:.0f} s to its digest",
        _each(facts.alerts * gap_s), facts.limits["sqs_in_flight"], "", "no alert is received until others are done",
    )  # fmt: skip


def _cache(facts: Facts) -> Iterator[Demand]:
    units = units_of_ticket(facts)
    window = "the window is read R x workers x vectors"
    yield Demand(
        "the cache's units a second", f"R x {units:.0f}, and {window}",
        lambda rate: rate * units + window_units_per_s(facts, rate),
        facts.number("CacheMaxEcpuPerSecond"), "CacheMaxEcpuPerSecond", "as in an outage of the cache",
    )  # fmt: skip
    yield Demand(
        "the same, of a serverless cache", f"R x {units:.0f}, and {window}",
        lambda rate: rate * units + window_units_per_s(facts, rate),
        facts.limits["cache_units_per_s"], "", "as in an outage of the cache",
    )  # fmt: skip
    slot_limit = facts.limits["cache_units_per_s_per_slot"]
    for slot, what in (("{tickets}", "lists of tickets"), ("{deliveries}", "lists of alerts")):
        of_slot = units_of_ticket(facts, slot)
        yield Demand(f"slot of the {what}", f"R x {of_slot:.1f}", _each(of_slot), slot_limit, "", _SLOW)
    of_groups = units_of_ticket(facts, GROUPS)
    if facts.number("IncidentLimit"):
        yield Demand(
            SLOT_OF_INCIDENTS, f"R x {of_groups:.1f}, and {window}",
            lambda rate: rate * of_groups + window_units_per_s(facts, rate), slot_limit, "", _SLOW,
        )  # fmt: skip
    for slot, what in (("stats:{<id>}", "figures of a minute"), ("rate:{<id>}", "rate of one key")):
        of_slot = units_of_ticket(facts, slot)
        yield Demand(f"slot of the {what}", f"R x {of_slot:.1f}", _each(of_slot), slot_limit, "", _SLOW)
    kept_s = facts.number("RecordTtlSeconds")
    for what, kept, limit, parameter in (
        ("records in the cache", "all", facts.number("CacheMaxStorageGb"), "CacheMaxStorageGb"),
        ("records in a serverless cache", "all", facts.limits["cache_gb"], ""),
        ("slot of the lists of tickets, in GB", "ticket_lists", facts.limits["cache_gb_per_slot"], ""),
    ):
        kept_bytes = facts.kept_bytes(kept)
        formula = f"R x {kept_bytes:,.0f} B x {kept_s / 86_400:.3g} d"
        need = _each(kept_bytes * kept_s / _GB)
        yield Demand(what, formula, need, limit, parameter, "the oldest records make way")
    connections = ingest_s(facts) + _CACHE_CLIENTS * worker_s(facts) + facts.alerts * dispatcher_s(facts)
    yield Demand(
        "connections to the cache", f"R x {connections * 1000:.0f} ms", _each(connections),
        facts.limits["cache_connections"], "", "as in an outage of the cache",
    )  # fmt: skip


_SLOW = "the cache slows down all that use the slot"


def _each(per_ticket: float) -> Callable[[float], float]:
    return lambda rate_per_s: rate_per_s * per_ticket
