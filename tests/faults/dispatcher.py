"""Kill dispatchers at random at every I/O, and count what was lost and what was told twice.

`python -m tests.faults dispatcher` does so with 20,000 alerts; a seed that fails is printed, and fails again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.faults.harness.dispatchers import DISPATCHERS, Chance, Fleet, Killed
from tests.faults.harness.receivers import Receivers, url_of
from tests.faults.harness.sqs import SqsDouble
from tests.faults.harness.times import START_MS, VirtualTime
from tests.faults.suite import Result
from ticketrouter.domain.alert import Alert, Destination
from ticketrouter.domain.status import DeliveryStatus

# One that fails now and then, one that refuses everything and has a fallback, and that fallback.
BEHAVIOURS = {"oncall": "flaky", "strict": "refuses", "chat": "well"}
DESTINATIONS = [
    Destination("oncall", hourly_budget=None),
    Destination("strict", hourly_budget=None, fallback="chat"),
    Destination("chat", hourly_budget=None),
]
ALERTS, ALERTS_A_SECOND = 20_000, 20
KILL_RATE = 0.01  # before, and after, each call


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run.

    Attributes:
        alerts: How many were sent.
        kills: How often a dispatcher died.
        in_window: Of these, between an accepted POST and its record.
        lost: Alerts that neither their destination nor its fallback ever accepted, or whose record is not final.
        doubles: Acceptances beyond the first, of all messages.
        points: Where dispatchers died, and how often.
        most_receives: Of one message.
        virtual_s: How long the run took on its own clock.
    """

    seed: int
    alerts: int
    kills: int
    in_window: int
    lost: int
    doubles: int
    points: Counter[str]
    most_receives: int
    virtual_s: float

    @property
    def good(self) -> bool:
        return self.lost == 0 and self.doubles <= self.in_window


class Reaper:
    """Kills at the ports: before a call has done anything, or after it has done all.

    Args:
        chance: Decides.
        rate: Of kills at each of the two points of each call.
    """

    def __init__(self, chance: Chance, rate: float) -> None:
        self._chance, self._rate = chance, rate
        self._unrecorded = dict.fromkeys(range(DISPATCHERS), False)
        self.points: Counter[str] = Counter()
        self.in_window = 0

    def through(self, number: int, name: str, port: Any) -> Any:
        return _Mortal(self, number, name, port)

    def call(self, number: int, name: str, method: Any, args: Any, kwargs: Any) -> Any:
        self._maybe_kill(number, f"before {name}")
        result = method(*args, **kwargs)
        if name == "sender.send":  # it raises unless a receiver has accepted
            self._unrecorded[number] = True
        elif name == "deliveries.record":
            self._unrecorded[number] = False
        self._maybe_kill(number, f"after {name}")
        return result

    def _maybe_kill(self, number: int, point: str) -> None:
        if self._chance.random() < self._rate:
            self.points[point] += 1
            self.in_window += self._unrecorded[number]
            self._unrecorded[number] = False
            raise Killed(point)


class _Mortal:
    def __init__(self, reaper: Reaper, number: int, name: str, port: Any) -> None:
        self._reaper, self._number, self._name, self._port = reaper, number, name, port

    def __getattr__(self, method: str) -> Any:
        bound = getattr(self._port, method)
        return lambda *args, **kwargs: self._reaper.call(self._number, f"{self._name}.{method}", bound, args, kwargs)


def alert(number: int, destination: str, at_ms: int, urgency_score: float = 0.93) -> Alert:
    return Alert(
        f"t_{number}", destination, "Technical", urgency_score, "Checkout is down", "Nobody can pay.", "acme",
        ("down",), accepted_at_ms=at_ms, scored_at_ms=at_ms,
    )  # fmt: skip


def attack(
    alerts: int, *, seed: int, rate: float, copies: float = 0.05, broken: Callable[[Fleet], None] = lambda fleet: None
) -> Outcome:
    """Send alerts while dispatchers die; see to the end of the last one.

    Args:
        alerts: How many.
        seed: Of all chance.
        rate: Of kills, before and after each call.
        copies: Share of receptions that leave the message visible.
        broken: Breaks the protocol, to see that the figures show it.
    """
    chance, time = Chance(seed), VirtualTime()
    sqs = SqsDouble(time, chance, copies=copies)
    receivers = Receivers(time, chance)
    reaper = Reaper(chance, rate)
    urls = {name: url_of(name, behaviour) for name, behaviour in BEHAVIOURS.items()}
    fleet = Fleet(time, sqs, receivers, urls, DESTINATIONS, chance, reaper.through)
    broken(fleet)
    sent = []
    for number in range(alerts):
        at_ms = number * 1_000 // ALERTS_A_SECOND
        made = alert(number, ("oncall", "oncall", "strict", "chat")[number % 4], START_MS + at_ms)
        sent.append(made)
        fleet.send_at(made, at_ms)
    fleet.run()
    accepted = Counter({name: len(times) for by_id in receivers.accepted_ms.values() for name, times in by_id.items()})
    return Outcome(
        seed=seed,
        alerts=alerts,
        kills=reaper.points.total(),
        in_window=reaper.in_window,
        lost=sum(not _told(fleet, made, accepted) for made in sent) + len(fleet.dead_letters),
        doubles=sum(count - 1 for count in accepted.values()),
        points=reaper.points,
        most_receives=fleet.most_receives,
        virtual_s=time.monotonic_ms() / 1_000,
    )


def _told(fleet: Fleet, made: Alert, accepted: Counter[str]) -> bool:
    """Tell whether somebody accepted the alert, and the records say so."""
    delivery = fleet.delivery(made)
    if made.destination == "strict":
        told = replace(made, destination="chat", fallback_for="strict")
        second = fleet.delivery(told)
        said = delivery is not None and delivery.status is DeliveryStatus.EXHAUSTED and delivery.fallback == "chat"
        return (
            said and second is not None and second.status is DeliveryStatus.DELIVERED and accepted[told.webhook_id] > 0
        )
    return delivery is not None and delivery.status is DeliveryStatus.DELIVERED and accepted[made.webhook_id] > 0


def report(outcomes: list[Outcome]) -> str:
    """Return the table of the runs."""
    head = f"{'seed':>6} {'alerts':>7} {'kills':>7} {'in window':>9} {'lost':>5} {'doubles':>8} {'receives':>8} hours"
    rows = [
        f"{each.seed:>6} {each.alerts:>7,} {each.kills:>7,} {each.in_window:>9,} {each.lost:>5} {each.doubles:>8,}"
        f" {each.most_receives:>8} {each.virtual_s / 3_600:>5.1f}"
        for each in outcomes
    ]
    points: Counter[str] = sum((each.points for each in outcomes), Counter())
    died = "\n".join(f"  {count:>6,}  {point}" for point, count in points.most_common())
    return "\n".join([head, *rows, "", f"dispatchers died at {len(points)} points:", died])


def run(seed: int, scale: float) -> Result:
    alerts = round(ALERTS * scale)
    calm, deadly = (attack(alerts, seed=seed, rate=rate) for rate in (0.0, KILL_RATE))
    print(report([calm, deadly]))
    broken = [
        f"seed {seed}: {each.lost} of {alerts} alerts lost, {each.doubles} told twice by {each.in_window} kills"
        for each in (calm, deadly)
        if not each.good
    ]
    figures = {
        "alerts": alerts,
        "kills": deadly.kills,
        "kills_in_window": deadly.in_window,
        "points": len(deadly.points),
        "lost": calm.lost + deadly.lost,
        "doubles": deadly.doubles,
        "doubles_without_kills": calm.doubles,
        "most_receives": deadly.most_receives,
        "virtual_hours": round(deadly.virtual_s / 3_600, 1),
        "seed": seed,
    }
    return Result(figures, broken)
