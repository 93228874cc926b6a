"""What became of the tickets of a run: counted from the API's answers, its list of tickets, and the sink's arrivals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from local.load.samples import Percentiles, Sample, percentiles
from ticketrouter.domain.urgency import ALERT_THRESHOLD

Json = dict[str, Any]


class Told(NamedTuple):
    """A message that arrived at the sink.

    Attributes:
        webhook_id: One for all tries of a message.
        ticket_id: Of the ticket that it tells.
        at_ms: When it arrived, Unix milliseconds.
        status: What the sink answered.
    """

    webhook_id: str
    ticket_id: str
    at_ms: int
    status: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of a run that has drained.

    Attributes:
        taken: Tickets answered 202.
        final: Of these, scored or failed.
        lost: Of these, neither.
        failed: Of these, failed.
        unanswered: Tickets that exist although their post was not answered 202: its outcome was unknown.
        urgent: Of those that exist, above the alert threshold.
        untold: Of these, without a message that was taken.
        told_twice: Messages that were taken more than once.
        express_urgent_ms: From accepted to the alert's arrival, of urgent tickets in the express lane.
        standard_urgent_ms: The same in the standard lane, where S' saw no urgency.
        express_scored_ms: From accepted to scored, express lane.
        standard_scored_ms: The same, standard lane.
    """

    taken: int
    final: int
    lost: int
    failed: int
    unanswered: int
    urgent: int
    untold: int
    told_twice: int
    express_urgent_ms: Percentiles
    standard_urgent_ms: Percentiles
    express_scored_ms: Percentiles
    standard_scored_ms: Percentiles

    def as_json(self) -> Json:
        """Return the figures."""
        figures = asdict(self)
        return figures | {
            name: getattr(self, name).as_json() for name, value in figures.items() if isinstance(value, dict)
        }


def count(samples: Sequence[Sample], tickets: Mapping[str, Json], told: Iterable[Told]) -> Outcome:
    """Count.

    Args:
        samples: The posts of the run.
        tickets: As `GET /tickets` tells them, by id; others are left alone.
        told: What arrived at the sink.
    """
    posted = {sample.ticket_id for sample in samples}
    taken = {sample.ticket_id for sample in samples if sample.status == 202}
    known = {name: ticket for name, ticket in tickets.items() if name in posted}
    final = {name for name, ticket in known.items() if ticket["status"] in ("scored", "failed")}
    urgent = {name for name in final if (known[name]["urgency_score"] or 0) > ALERT_THRESHOLD}
    arrived = [each for each in told if each.status < 300 and each.ticket_id in posted]
    first_ms: dict[str, int] = {}
    for each in arrived:
        first_ms[each.ticket_id] = min(each.at_ms, first_ms.get(each.ticket_id, each.at_ms))

    def alerted(lane: str) -> Percentiles:
        names = [name for name in urgent if known[name]["lane"] == lane and name in first_ms]
        return percentiles([first_ms[name] - _unix_ms(known[name]["accepted_at"]) for name in names])

    def scored(lane: str) -> Percentiles:
        mine = [known[name] for name in final if known[name]["lane"] == lane]
        return percentiles([ticket["latency_ms"] for ticket in mine if ticket["latency_ms"] is not None])

    return Outcome(
        taken=len(taken),
        final=len(taken & final),
        lost=len(taken - final),
        failed=sum(known[name]["status"] == "failed" for name in taken & final),
        unanswered=len(known.keys() - taken),
        urgent=len(urgent),
        untold=len(urgent - first_ms.keys()),
        told_twice=sum(times - 1 for times in Counter(each.webhook_id for each in arrived).values()),
        express_urgent_ms=alerted("express"),
        standard_urgent_ms=alerted("standard"),
        express_scored_ms=scored("express"),
        standard_scored_ms=scored("standard"),
    )


def _unix_ms(time: str) -> float:
    return datetime.fromisoformat(time).timestamp() * 1000
