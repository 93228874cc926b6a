"""What must hold whatever happens: pure functions over a journal, which say in a sentence each what did not.

Their numbers are those of docs/guarantees.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from tests.faults.harness.journal import Event, Journal, Kind
from ticketrouter.usecases.worker import MAX_ATTEMPTS

Invariant = Callable[[Journal], list[str]]
MARGIN_MS = 1_000  # between the end of an invocation and its time-out


def accepted_is_durable(journal: Journal) -> list[str]:
    """I1: whoever got a 202, the ticket was on a queue by then."""
    queued: set[str] = set()
    broken = []
    for event in journal.of(Kind.QUEUED, Kind.ANSWERED):
        if event["kind"] == Kind.QUEUED:
            queued.add(event["ticket_id"])
        elif event["status"] == 202 and event["ticket_id"] not in queued:
            broken.append(f"I1: {event['ticket_id']} was answered 202 and was on no queue")
    return broken


def one_final(journal: Journal) -> list[str]:
    """I2: every ticket that got a 202 reaches one final status, which nothing changes but a redrive."""
    finals: defaultdict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    broken = []
    for event in journal.of(Kind.FINAL):
        said = (event["state"], event["outcome"])
        first = finals[event["ticket_id"]].setdefault(event["epoch"], said)
        if said != first:
            broken.append(f"I2: {event['ticket_id']} was {first} and became {said}")
    return broken + [f"I2: {name} got a 202 and no final status" for name in _accepted(journal) if name not in finals]


def one_identity(journal: Journal) -> list[str]:
    """I3: what is one ticket to its client has one id, and no two have the same."""
    ids: defaultdict[str, set[str]] = defaultdict(set)
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for event in journal.of(Kind.ANSWERED):
        if event["status"] == 202:
            ids[event["key"]].add(event["ticket_id"])
            keys[event["ticket_id"]].add(event["key"])
    return [f"I3: {key} became {sorted(names)}" for key, names in ids.items() if len(names) > 1] + [
        f"I3: {name} stands for {sorted(of)}" for name, of in keys.items() if len(of) > 1
    ]


def alert_at_least_once(journal: Journal) -> list[str]:
    """I5: each alert that is due is accepted and `delivered`; or its fallback, or its digest, was accepted for it."""
    accepted = _acceptances(journal)
    said = {event["webhook_id"]: (event["status"], event["told_by"]) for event in journal.of(Kind.DELIVERY)}
    broken = []
    for event in journal.of(Kind.ALERT_DUE):
        name, fallback = event["webhook_id"], event["fallback_id"]
        status, digest = said.get(name, (None, ""))
        delivered = status == "delivered" and accepted[name] > 0
        given_up = status == "exhausted" and (not fallback or accepted[fallback] > 0)
        gathered = status == "suppressed" and accepted[digest] > 0
        if not (delivered or given_up or gathered):
            where = f", its fallback {accepted[fallback]} times" if fallback else ""
            broken.append(
                f"I5: alert {name} of {event['ticket_id']} is {status}, accepted {accepted[name]} times{where}"
            )
    return broken


def alert_at_most_once(journal: Journal) -> list[str]:
    """I6: each alert is accepted once, and once more at most for each death between a yes and its record."""
    deaths = _unrecorded(journal)
    return [
        f"I6: alert {name} was accepted {count} times, with {deaths[name]} deaths before its record"
        for name, count in _acceptances(journal).items()
        if count > 1 + deaths[name]
    ]


def poison_isolated(journal: Journal) -> list[str]:
    """I7: a ticket that the model fails on fails after our count of attempts, and sends none of its mates back."""
    poison = {event["ticket_id"] for event in journal.of(Kind.POISON)}
    broken = []
    for event in journal.of(Kind.INVOKED):
        messages = event["messages"]
        if poison.isdisjoint(messages.values()):
            continue
        back = [messages[name] for name in event["failed"] or () if messages.get(name) not in poison]
        broken += [f"I7: {name} came back because of a mate" for name in back]
    finals = {event["ticket_id"]: event for event in journal.of(Kind.FINAL) if event["ticket_id"] in poison}
    for name in sorted(poison):
        said = finals.get(name, {})
        ended = said.get("state"), said.get("attempts"), said.get("reason")
        if ended != ("failed", MAX_ATTEMPTS, "poison"):
            broken.append(f"I7: the poison {name} ended as {ended}")
    return broken


def batch_response_exact(journal: Journal) -> list[str]:
    """I8: an answer names messages of its batch, each once, and every one that is not done."""
    broken = []
    for event in journal.of(Kind.INVOKED):
        failed, where = event["failed"], f"{event['function']} at {event['at_ms']}"
        if failed is None:
            broken.append(f"I8: {where} answered nothing: the whole batch would be deleted")
            continue
        if len(set(failed)) < len(failed):
            broken.append(f"I8: {where} named a message twice")
        if strange := set(failed) - event["messages"].keys():
            broken.append(f"I8: {where} named {sorted(strange)}, which it was not given")
        if forgotten := set(event["unfinished"]) - set(failed):
            broken.append(f"I8: {where} left out {sorted(forgotten)}, which are not done")
    return broken


def alert_not_lost_on_redelivery(journal: Journal) -> list[str]:
    """I9: each alert that is due was put on its queue, though its ticket was final already when the worker died."""
    queued = {event["webhook_id"] for event in journal.of(Kind.ALERT_QUEUED)}
    return [
        f"I9: {event['ticket_id']} is final, and its alert {event['webhook_id']} was never queued"
        for event in journal.of(Kind.ALERT_DUE)
        if event["webhook_id"] not in queued
    ]


def bounded_time(journal: Journal) -> list[str]:
    """I13: no invocation comes closer to its time-out than a second."""
    return [
        f"I13: {event['function']} took {event['elapsed_ms']:.0f} ms of {event['timeout_ms']}"
        for event in journal.of(Kind.INVOKED)
        if event["elapsed_ms"] > event["timeout_ms"] - MARGIN_MS
    ]


def redrive_is_noop_for_done(journal: Journal) -> list[str]:
    """I14: what is done and is sent once more changes no final status and alerts nobody again."""
    alerts: defaultdict[str, set[str]] = defaultdict(set)
    for event in journal.of(Kind.ALERT_DUE):
        alerts[event["ticket_id"]].add(event["webhook_id"])
    finals: dict[str, tuple[int, str, str]] = {}
    accepted: Counter[str] = Counter()
    done: set[str] = set()  # tickets and webhook ids
    broken = []
    for event in journal.of(Kind.FINAL, Kind.ACCEPTED, Kind.REDRIVEN):
        match event["kind"]:
            case Kind.FINAL:
                name, said = event["ticket_id"], (event["epoch"], event["state"], event["outcome"])
                if name in done and finals.get(name, said) != said:
                    broken.append(f"I14: {name} was done as {finals[name]}, and its redrive made it {said}")
                finals[name] = said
            case Kind.ACCEPTED:
                name = event["webhook_id"]
                if name in done:
                    broken.append(f"I14: alert {name} was done, and went out again after a redrive")
                accepted[name] += 1
            case _:
                done.add(event["ticket_id"])
                done.update(name for name in alerts[event["ticket_id"]] if accepted[name])
    return broken


ALL: tuple[Invariant, ...] = (
    accepted_is_durable,
    one_final,
    one_identity,
    alert_at_least_once,
    alert_at_most_once,
    poison_isolated,
    batch_response_exact,
    alert_not_lost_on_redelivery,
    bounded_time,
    redrive_is_noop_for_done,
)


def broken_in(journal: Journal, invariants: Iterable[Invariant] = ALL) -> list[str]:
    """Return what does not hold."""
    return [sentence for invariant in invariants for sentence in invariant(journal)]


def doubles_in(journal: Journal) -> int:
    """Count the acceptances beyond the first of each alert."""
    return sum(count - 1 for count in _acceptances(journal).values())


def kills_in_window(journal: Journal) -> int:
    """Count the deaths between a receiver's yes and its record."""
    return _unrecorded(journal).total()


def _accepted(journal: Journal) -> Iterator[str]:
    """Return each ticket that got a 202, once."""
    named = (event["ticket_id"] for event in journal.of(Kind.ANSWERED) if event["status"] == 202)
    return iter(dict.fromkeys(named))


def _acceptances(journal: Journal) -> Counter[str]:
    return Counter(event["webhook_id"] for event in journal.of(Kind.ACCEPTED))


def _unrecorded(journal: Journal) -> Counter[str]:
    def in_window(event: Event) -> bool:
        return bool(event["unrecorded"])

    return Counter(event["unrecorded"] for event in journal.of(Kind.KILLED) if in_window(event))
