"""Incidents by their rules: in any order, every urgent ticket is told, and every step is announced once."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ticketrouter.domain.alert import IncidentPhase
from ticketrouter.domain.incident import (
    MAX_NEIGHBOURS,
    MIN_SHARE,
    Incident,
    IncidentAction,
    IncidentStatus,
    choose,
    passes_step,
)
from ticketrouter.domain.joiner import Joiner, Verdict

LIMIT = 10


def joiner(number: int, **changes: object) -> Joiner:
    urgency = changes.get("urgency_score", 0.9)
    chosen = {
        "category": "Technical",
        "urgency_score": urgency,
        "urgent": float(str(urgency)) > 0.8,
        "accepted_at_ms": 1_000 + number,
        "excerpt": f"it is down {number}",
        "destinations": ("oncall",) if float(str(urgency)) > 0.8 else (),
        "neighbours": (),
        "close": 0,
        **changes,
    }
    return Joiner(f"t{number}", f"inc_{number:026d}", **chosen)  # type: ignore[arg-type]


def storm(incident: Incident, tickets: int, start: int = 0) -> list[Verdict]:
    return [incident.add(joiner(number), 2_000, limit=LIMIT, close=2) for number in range(start, start + tickets)]


def fresh() -> Incident:
    return Incident("inc_a", 1_000, 1_000, 1_000)


def test_up_to_the_limit_tickets_are_told_singly_and_the_next_one_announces() -> None:
    incident = fresh()
    verdicts = storm(incident, 12)

    assert verdicts[:LIMIT] == [Verdict()] * LIMIT
    assert verdicts[LIMIT] == Verdict(("oncall",), (), IncidentPhase.OPENED, 1)
    assert verdicts[LIMIT + 1] == Verdict((), ("oncall",))
    assert (incident.formed, incident.announced_at_ms, incident.count) == (True, 2_000, 12)
    assert len(incident.samples) == 3


def test_updates_go_out_at_growing_steps() -> None:
    verdicts = storm(fresh(), 1_600)
    grown = [number for number, verdict in enumerate(verdicts, start=1) if verdict.phase is IncidentPhase.GROWN]
    assert grown == [20, 50, 100, 200, 500, 1_000, 1_500]
    assert [verdicts[number - 1].update for number in grown] == [2, 3, 4, 5, 6, 7, 8]
    assert passes_step(11, 21) and not passes_step(20, 49), "a step may be passed late"
    assert passes_step(999, 1_000) and not passes_step(1_000, 1_499)


def test_what_says_something_new_is_told_singly() -> None:
    incident = fresh()
    storm(incident, 12)

    legal, again = (incident.add(joiner(n, category="Legal"), 2_000, limit=LIMIT, close=2) for n in (100, 101))
    worse, as_bad = (incident.add(joiner(n, urgency_score=1.0), 2_000, limit=LIMIT, close=2) for n in (102, 103))

    assert (legal, again) == (Verdict(), Verdict((), ("oncall",)))
    assert incident.told_urgency == 0.9
    assert (worse, as_bad) == (Verdict((), ("oncall",)), Verdict((), ("oncall",))), "a tenth more is no news"

    incident.told_urgency = 0.85
    worse, as_bad = (incident.add(joiner(n, urgency_score=0.96), 2_000, limit=LIMIT, close=2) for n in (104, 105))
    assert (worse, as_bad) == (Verdict(), Verdict((), ("oncall",)))


def test_what_is_no_duplicate_of_two_members_is_told_singly_and_leaves_the_step_to_the_next() -> None:
    incident = fresh()
    storm(incident, 19)
    assert incident.add(joiner(60), 2_000, limit=LIMIT, close=1) == Verdict()
    grown = incident.add(joiner(61), 2_000, limit=LIMIT, close=2)
    assert (grown.phase, grown.update, incident.urgent_count) == (IncidentPhase.GROWN, 2, 21)


def test_a_destination_that_has_not_heard_of_the_incident_is_told_of_it() -> None:
    incident = fresh()
    storm(incident, 12)
    verdict = incident.add(joiner(50, destinations=("boss", "oncall")), 2_000, limit=LIMIT, close=2)
    assert verdict == Verdict(("boss",), ("oncall",), IncidentPhase.OPENED, 1)
    assert incident.add(joiner(51, destinations=("boss",)), 2_000, limit=LIMIT, close=2) == Verdict((), ("boss",))


def test_tickets_that_are_not_urgent_join_and_page_nobody() -> None:
    incident = fresh()
    verdicts = [incident.add(joiner(n, urgency_score=0.5), 2_000, limit=LIMIT, close=2) for n in range(30)]
    assert set(verdicts) == {Verdict()}
    assert (incident.formed, incident.announced_at_ms, incident.urgent_count) == (True, None, 0)


def test_acknowledged_there_is_but_the_summary_and_muted_nothing() -> None:
    acknowledged, muted = fresh(), fresh()
    for incident, action in ((acknowledged, IncidentAction.ACK), (muted, IncidentAction.MUTE)):
        storm(incident, 12)
        assert incident.change(action, 3_000)
        assert not incident.change(action, 3_000), "twice is once"
        assert {verdict.announce for verdict in storm(incident, 40, start=20)} == {()}
        assert incident.change(IncidentAction.CLOSE, 4_000)
    assert (acknowledged.update, acknowledged.owed) == (2, {"oncall": 2})
    assert (muted.update, muted.owed) == (1, {})


def test_what_is_over_stays_so_and_nobody_joins() -> None:
    incident = fresh()
    storm(incident, 12)
    assert incident.change(IncidentAction.RESOLVE, 3_000)
    assert not any(incident.change(action, 3_000) for action in IncidentAction)
    assert incident.status is IncidentStatus.RESOLVED
    assert choose({"inc_a": incident}, {"inc_a": 12}) is None


def test_a_ticket_joins_the_largest_group_of_which_enough_members_are_like_it() -> None:
    small, large = fresh(), Incident("inc_b", 1_000, 1_000, 1_000)
    storm(small, 3)
    storm(large, 10)
    groups = {"inc_a": small, "inc_b": large}
    assert choose(groups, {"inc_a": 3, "inc_b": 6}) == "inc_b"
    assert choose(groups, {"inc_a": 3, "inc_b": 5}) == "inc_a", "one end of a chain is not the whole of it"
    assert choose(groups, {"inc_a": 1, "inc_b": 3}) is None
    assert choose(groups, {"inc_gone": 5}) is None


def test_of_a_large_group_no_more_are_asked_than_a_search_returns() -> None:
    incident = fresh()
    storm(incident, 10 * MAX_NEIGHBOURS)
    enough = round(MIN_SHARE * MAX_NEIGHBOURS)
    assert choose({"inc_a": incident}, {"inc_a": enough}) == "inc_a"
    assert choose({"inc_a": incident}, {"inc_a": enough - 1}) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.3, 0.85, 0.99]),
            st.sampled_from(["Technical", "Legal"]),
            st.sampled_from([(), ("oncall",), ("boss", "oncall")]),
        ),
        max_size=60,
    ),
    st.integers(1, 12),
)
def test_in_any_order_every_destination_hears_of_every_urgent_ticket_and_each_update_is_one(
    tickets: list[tuple[float, str, tuple[str, ...]]], limit: int
) -> None:
    incident = fresh()
    told_of: dict[str, int] = {}  # by destination: as many tickets as the last message about the incident has counted
    owed: Counter[str] = Counter()
    updates: list[tuple[int, str]] = []
    for number, (urgency, category, destinations) in enumerate(tickets):
        wanted = destinations if urgency > 0.8 else ()
        ticket = joiner(number, urgency_score=urgency, category=category, destinations=wanted)
        verdict = incident.add(ticket, 2_000, limit=limit, close=2)

        assert not set(verdict.announce) & set(verdict.suppressed)
        assert set(verdict.suppressed) <= told_of.keys(), "nobody is spared a ticket of an incident he knows nothing of"
        for name in verdict.announce:
            updates.append((verdict.update, name))
            told_of[name] = incident.count
            owed[name] = 0
        owed.update(verdict.suppressed)
    assert len(updates) == len(set(updates)), "one message an update and destination"

    incident.change(IncidentAction.CLOSE, 9_000)
    still_owed = {name for name, count in owed.items() if count}
    assert still_owed <= incident.owed.keys()
