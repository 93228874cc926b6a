"""Twenty destinations of which five are dead: how long do the healthy ones wait, and what becomes of the rest?

`python -m tests.faults destinations` sends 900 urgent tickets in half an hour of virtual time, each to all twenty, and
sees to the end of the last alert.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults.dispatcher import alert
from tests.faults.harness.dispatchers import Chance, Fleet
from tests.faults.harness.receivers import Receivers, url_of
from tests.faults.harness.sqs import SqsDouble
from tests.faults.harness.times import START_MS, VirtualTime
from tests.faults.suite import Result
from ticketrouter.domain.alert import Alert, Destination
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.ports import Admission, Admitted

BEHAVIOURS = {f"well-{number:02d}": "well" for number in range(15)} | {
    "hang": "hang",
    "drip": "drip",
    "reset": "reset",
    "busy": "busy",  # 429 with Retry-After, always
    "error-6h": "error-until-hour",  # 500, then well again
}
MINUTES, TICKETS_A_SECOND = 30, 0.5
HEALTHY_P95_MS = 2_000  # the aim


@dataclass(frozen=True, slots=True)
class Fared:
    """How the alerts of one destination fared.

    Attributes:
        behaviour: What its receiver does.
        alerts: How many there were.
        delivered: Accepted, and recorded so.
        exhausted: Given up, and recorded so.
        tries: POSTs that it got.
        delays_ms: From queued to accepted, sorted.
        told: Alerts that its fallback was sent, too.
    """

    destination: str
    behaviour: str
    alerts: int
    delivered: int
    exhausted: int
    tries: int
    delays_ms: Sequence[float]
    told: int

    @property
    def lost(self) -> int:
        return self.alerts - self.delivered - self.exhausted


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which this share of sorted values lies."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class NoBreaker:
    """A health that admits everybody, as it was before there was one."""

    def admit(self, *args: Any, **kwargs: Any) -> Admitted:
        return Admitted(Admission.SEND)

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


def attack(*, minutes: float = MINUTES, seed: int = 1, breaker: bool = True) -> tuple[list[Fared], Fleet]:
    """Send tickets to all destinations for some minutes, and see to the end of the last alert."""
    chance, time = Chance(seed), VirtualTime()
    sqs, receivers = SqsDouble(time, chance), Receivers(time, chance)
    urls = {name: url_of(name, behaviour) for name, behaviour in BEHAVIOURS.items()}
    destinations = [
        Destination(name, hourly_budget=None, fallback="" if name.startswith("well") else "well-00")
        for name in BEHAVIOURS
    ]
    fleet = Fleet(time, sqs, receivers, urls, destinations, chance)
    if not breaker:
        fleet.health = NoBreaker()
    sent: dict[str, list[tuple[Alert, float]]] = {name: [] for name in BEHAVIOURS}
    at_ms = 0.0
    for number in range(int(minutes * 60 * TICKETS_A_SECOND)):
        at_ms += chance.expovariate(TICKETS_A_SECOND) * 1_000
        for name, alerts in sent.items():
            alerts.append((alert(number, name, START_MS + int(at_ms)), at_ms))
            fleet.send_at(*alerts[-1])
    fleet.run()
    return [_fared(fleet, receivers, name, alerts) for name, alerts in sent.items()], fleet


def _fared(fleet: Fleet, receivers: Receivers, name: str, alerts: Sequence[tuple[Alert, float]]) -> Fared:
    deliveries = [fleet.delivery(made) for made, _ in alerts]
    accepted = receivers.accepted_ms.get(name, {})
    return Fared(
        destination=name,
        behaviour=BEHAVIOURS[name],
        alerts=len(alerts),
        delivered=sum(each is not None and each.status is DeliveryStatus.DELIVERED for each in deliveries),
        exhausted=sum(each is not None and each.status is DeliveryStatus.EXHAUSTED for each in deliveries),
        tries=receivers.tries[name],
        delays_ms=sorted(accepted[made.webhook_id][0] - at_ms for made, at_ms in alerts if made.webhook_id in accepted),
        told=sum(each is not None and bool(each.fallback) for each in deliveries),
    )


def healthy_delays_ms(fared: Sequence[Fared]) -> list[float]:
    """Return the delays of all healthy destinations together, sorted."""
    return sorted(delay for each in fared if each.behaviour == "well" for delay in each.delays_ms)


def report(fared: Sequence[Fared], fleet: Fleet) -> str:
    """Return the table of a run; the healthy destinations in one line."""
    well = [each for each in fared if each.behaviour == "well"]
    together = Fared(
        f"{len(well)} healthy", "well", *(sum(getattr(each, name) for each in well) for name in _SUMS),
        delays_ms=healthy_delays_ms(fared), told=0,
    )  # fmt: skip
    lines = [
        f"{'destination':<12} {'alerts':>7} {'delivered':>9} {'exhausted':>9} {'lost':>5} {'told':>6} {'tries':>7}"
        f" {'p50 s':>9} {'p95 s':>9} {'p99 s':>9} {'max s':>9}"
    ]
    for each in (together, *(each for each in fared if each.behaviour != "well")):
        times = " ".join(f"{percentile(each.delays_ms, share) / 1_000:>9.2f}" for share in (0.5, 0.95, 0.99, 1.0))
        lines.append(
            f"{each.destination:<12} {each.alerts:>7,} {each.delivered:>9,} {each.exhausted:>9,} {each.lost:>5}"
            f" {each.told:>6,} {each.tries:>7,} {times}"
        )
    lines.append(f"most receptions of one message: {fleet.most_receives}; dead letters: {len(fleet.dead_letters)}")
    return "\n".join(lines)


_SUMS = ("alerts", "delivered", "exhausted", "tries")


def run(seed: int, scale: float) -> Result:
    fared, fleet = attack(minutes=MINUTES * scale, seed=seed)
    print(report(fared, fleet))
    p95_ms = percentile(healthy_delays_ms(fared), 0.95)
    broken = [f"seed {seed}: {each.lost} alerts of {each.destination} are lost" for each in fared if each.lost]
    if p95_ms > HEALTHY_P95_MS:
        broken.append(f"seed {seed}: healthy destinations wait {p95_ms:.0f} ms (p95), {HEALTHY_P95_MS} at most")
    if fleet.dead_letters:
        broken.append(f"seed {seed}: {len(fleet.dead_letters)} dead letters")
    figures = {
        "destinations": len(fared),
        "dead": sum(each.behaviour != "well" for each in fared),
        "alerts": sum(each.alerts for each in fared),
        "delivered": sum(each.delivered for each in fared),
        "exhausted": sum(each.exhausted for each in fared),
        "lost": sum(each.lost for each in fared),
        "healthy_p95_ms": round(p95_ms),
        "most_receives": fleet.most_receives,
        "virtual_minutes": MINUTES * scale,
        "seed": seed,
    }
    return Result(figures, broken)
